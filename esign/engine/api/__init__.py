"""What backend systems need: keys with scopes, answers given again, pages, events, journeys by link."""
