/* Preloaded into a program, lets it live LATER_BY_SECONDS after the real date. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static time_t later(void)
{
    const char *said = getenv("LATER_BY_SECONDS");
    return said ? (time_t)atof(said) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *found)
{
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, found);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        found->tv_sec += later();
    return failed;
}

int gettimeofday(struct timeval *restrict found, void *restrict zone)
{
    int (*real)(struct timeval *, void *) = dlsym(RTLD_NEXT, "gettimeofday");
    int failed = real(found, zone);
    if (!failed)
        found->tv_sec += later();
    return failed;
}

time_t time(time_t *kept)
{
    time_t (*real)(time_t *) = dlsym(RTLD_NEXT, "time");
    time_t now = real(NULL) + later();
    if (kept)
        *kept = now;
    return now;
}
