"""Station 1, the form: definitions, answers, plausibility, computed fields, the rules that decide, prefill."""
