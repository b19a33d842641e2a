/* A library of a token that stands before another one (COUNTED_MODULE): it counts logins over all processes, lets only
   the first ones come through (COUNTED_GOOD), as if somebody had changed the PIN then, and has so many sessions for each
   process (COUNTED_SESSIONS). The list of functions is read as an array of pointers: PKCS #11 v2.40 section 5. */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { VERSION = 0, FUNCTIONS = 68, OPEN_SESSION = 13, CLOSE_SESSION = 14, CLOSE_ALL = 15, LOGIN = 19 };
enum { PIN_INCORRECT = 0xA0, SESSION_COUNT = 0xB1 };
typedef unsigned long ulong_t;

static void *list[1 + FUNCTIONS];
static ulong_t (*real_login)(ulong_t, ulong_t, void *, ulong_t);
static ulong_t (*real_open)(ulong_t, ulong_t, void *, void *, ulong_t *);
static ulong_t (*real_close)(ulong_t);
static ulong_t (*real_close_all)(ulong_t);
static long sessions;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static long number(const char *name) { return getenv(name) ? atol(getenv(name)) : 1000; }

static ulong_t login(ulong_t session, ulong_t user, void *pin, ulong_t length) {
  char line[64];
  long lines = 0, got;
  int file = open(getenv("COUNTED_LOGINS"), O_RDWR | O_CREAT | O_APPEND, 0600);
  flock(file, LOCK_EX);
  while ((got = read(file, line, sizeof line)) > 0)
    for (long at = 0; at < got; at++) lines += line[at] == '\n';
  ulong_t result = lines < number("COUNTED_GOOD") ? real_login(session, user, pin, length) : PIN_INCORRECT;
  got = snprintf(line, sizeof line, "%ld %lx\n", (long)getpid(), result);
  if (write(file, line, got) != got) abort();
  close(file);
  return result;
}

static ulong_t open_session(ulong_t slot, ulong_t flags, void *application, void *notify, ulong_t *session) {
  pthread_mutex_lock(&mutex);
  ulong_t result = SESSION_COUNT;
  if (sessions < number("COUNTED_SESSIONS")) result = real_open(slot, flags, application, notify, session);
  sessions += result == 0;
  pthread_mutex_unlock(&mutex);
  return result;
}

static ulong_t close_session(ulong_t session) {
  pthread_mutex_lock(&mutex);
  ulong_t result = real_close(session);
  sessions -= result == 0;
  pthread_mutex_unlock(&mutex);
  return result;
}

static ulong_t close_all(ulong_t slot) {
  pthread_mutex_lock(&mutex);
  sessions = 0;
  pthread_mutex_unlock(&mutex);
  return real_close_all(slot);
}

ulong_t C_GetFunctionList(void **found) {
  void *real = NULL, *library = dlopen(getenv("COUNTED_MODULE"), RTLD_NOW);
  ulong_t (*get)(void **) = library ? (ulong_t(*)(void **))dlsym(library, "C_GetFunctionList") : NULL;
  if (!get || get(&real)) return 5;
  memcpy(list, real, sizeof list);
  real_login = list[LOGIN], list[LOGIN] = login;
  real_open = list[OPEN_SESSION], list[OPEN_SESSION] = open_session;
  real_close = list[CLOSE_SESSION], list[CLOSE_SESSION] = close_session;
  real_close_all = list[CLOSE_ALL], list[CLOSE_ALL] = close_all;
  *found = list;
  return 0;
}
