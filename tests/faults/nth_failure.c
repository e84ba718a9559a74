/* Makes the n-th call fail that would change something below a folder. Loaded into a program with LD_PRELOAD.
 *
 * ONTRACK_FAULT_FOLDER  absolute path of the folder; without it nothing is counted
 * ONTRACK_FAULT_LOG     file that gets a line for each counted call: number, name, path, and what was renamed to it
 * ONTRACK_FAULT_AT      number of the call that fails, from 1; 0 for none
 * ONTRACK_FAULT_HOW     ENOSPC or EIO: the call returns that error; KILL: half of it is done and the process dies
 * ONTRACK_FAULT_LASTS   1: every later call fails as well, as on a disk that stays full
 *
 * A child forked from a program with this library calls fault_arm() after it has set the variables.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

_Static_assert(sizeof(long) == 8, "off_t and off64_t are the same on 64-bit Linux only");
#define SAME_AS(name) __attribute__((alias(#name)))

static const char *folder;
static int log_file = -1;
static long failing;
static int error_number; /* 0: the process dies */
static int lasts;
static atomic_long calls;

static const char *set_to(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

__attribute__((constructor)) void fault_arm(void)
{
    const char *how = set_to("ONTRACK_FAULT_HOW"), *log = set_to("ONTRACK_FAULT_LOG");
    folder = getenv("ONTRACK_FAULT_FOLDER");
    failing = atol(set_to("ONTRACK_FAULT_AT"));
    error_number = !strcmp(how, "ENOSPC") ? ENOSPC : !strcmp(how, "EIO") ? EIO : 0;
    lasts = !strcmp(set_to("ONTRACK_FAULT_LASTS"), "1");
    atomic_store(&calls, 0);
    log_file = *log ? (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
}

/* The counting. */

static int is_below(const char *path)
{
    size_t length = strlen(folder);
    return !strncmp(path, folder, length) && (path[length] == '/' || path[length] == '\0');
}

static void path_of(int file, char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = '\0';
}

static void path_from(int start, const char *name, char *path)
{
    char base[PATH_MAX] = "";
    if (name[0] != '/' && start != AT_FDCWD)
        path_of(start, base);
    else if (name[0] != '/' && syscall(SYS_getcwd, base, sizeof base) < 0)
        base[0] = '\0';
    if (snprintf(path, PATH_MAX, "%s%s%s", base, name[0] == '/' ? "" : "/", name) >= PATH_MAX)
        path[0] = '\0';
}

static int fails(const char *call, const char *path, const char *from)
{
    char line[2 * PATH_MAX + 64];
    if (!is_below(path))
        return 0;
    long number = atomic_fetch_add(&calls, 1) + 1;
    int length = snprintf(line, sizeof line, "%ld\t%s\t%s\t%s\n", number, call, path, from);
    if (log_file >= 0 && syscall(SYS_write, log_file, line, (size_t)length) != length)
        abort();
    return number == failing || (lasts && failing && number > failing);
}

static int fails_on(const char *call, int file)
{
    char path[PATH_MAX];
    if (!folder)
        return 0;
    path_of(file, path);
    return fails(call, path, "");
}

static int fails_at(const char *call, int start, const char *name)
{
    char path[PATH_MAX];
    if (!folder)
        return 0;
    path_from(start, name, path);
    return fails(call, path, "");
}

/* What is there already takes no room and no new entry. */
static int fails_making(const char *call, int start, const char *name)
{
    int before = errno, made = folder && syscall(SYS_faccessat, start, name, F_OK) && fails_at(call, start, name);
    errno = before;
    return made;
}

static int refused(void)
{
    if (!error_number)
        syscall(SYS_kill, getpid(), SIGKILL);
    errno = error_number;
    return -1;
}

/* The calls, under each of their names. */

ssize_t write(int file, const void *bytes, size_t length)
{
    int failed = fails_on("write", file);
    if (!failed || !error_number)
        length = (size_t)syscall(SYS_write, file, bytes, failed ? length / 2 : length);
    return failed ? refused() : (ssize_t)length;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset)
{
    int failed = fails_on("pwrite", file);
    if (!failed || !error_number)
        length = (size_t)syscall(SYS_pwrite64, file, bytes, failed ? length / 2 : length, offset);
    return failed ? refused() : (ssize_t)length;
}
ssize_t pwrite64(int, const void *, size_t, off64_t) SAME_AS(pwrite);

ssize_t writev(int file, const struct iovec *parts, int count)
{
    return fails_on("writev", file) ? refused() : syscall(SYS_writev, file, parts, count);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset)
{
    return fails_on("pwritev", file) ? refused() : syscall(SYS_pwritev, file, parts, count, offset, 0);
}
ssize_t pwritev64(int, const struct iovec *, int, off64_t) SAME_AS(pwritev);

ssize_t sendfile(int to, int from, off_t *offset, size_t length)
{
    return fails_on("sendfile", to) ? refused() : syscall(SYS_sendfile, to, from, offset, length);
}
ssize_t sendfile64(int, int, off64_t *, size_t) SAME_AS(sendfile);

ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t length, unsigned int flags)
{
    if (fails_on("copy_file_range", to))
        return refused();
    return syscall(SYS_copy_file_range, from, from_offset, to, to_offset, length, flags);
}

int fsync(int file)
{
    return fails_on("fsync", file) ? refused() : (int)syscall(SYS_fsync, file);
}

int fdatasync(int file)
{
    return fails_on("fdatasync", file) ? refused() : (int)syscall(SYS_fdatasync, file);
}

int ftruncate(int file, off_t length)
{
    return fails_on("ftruncate", file) ? refused() : (int)syscall(SYS_ftruncate, file, length);
}
int ftruncate64(int, off64_t) SAME_AS(ftruncate);

int fallocate(int file, int mode, off_t offset, off_t length)
{
    return fails_on("fallocate", file) ? refused() : (int)syscall(SYS_fallocate, file, mode, offset, length);
}
int fallocate64(int, int, off64_t, off64_t) SAME_AS(fallocate);

int posix_fallocate(int file, off_t offset, off_t length)
{
    return fallocate(file, 0, offset, length) ? errno : 0;
}
int posix_fallocate64(int, off64_t, off64_t) SAME_AS(posix_fallocate);

int renameat2(int old_start, const char *old, int new_start, const char *new, unsigned int flags)
{
    char path[PATH_MAX], from[PATH_MAX];
    path_from(old_start, old, from);
    path_from(new_start, new, path);
    if (folder && fails("rename", path, from))
        return refused();
    return (int)syscall(SYS_renameat2, old_start, old, new_start, new, flags);
}

int renameat(int old_start, const char *old, int new_start, const char *new)
{
    return renameat2(old_start, old, new_start, new, 0);
}

int rename(const char *old, const char *new)
{
    return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0);
}

int mkdirat(int start, const char *name, mode_t mode)
{
    return fails_making("mkdir", start, name) ? refused() : (int)syscall(SYS_mkdirat, start, name, mode);
}

int mkdir(const char *name, mode_t mode)
{
    return mkdirat(AT_FDCWD, name, mode);
}

static int opened(int start, const char *name, int flags, va_list rest)
{
    int makes = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
    mode_t mode = makes ? va_arg(rest, mode_t) : 0;
    if (makes && fails_making("create", start, name))
        return refused();
    return (int)syscall(SYS_openat, start, name, flags, mode);
}

int open(const char *name, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    int file = opened(AT_FDCWD, name, flags, rest);
    va_end(rest);
    return file;
}
int open64(const char *, int, ...) SAME_AS(open);

int openat(int start, const char *name, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    int file = opened(start, name, flags, rest);
    va_end(rest);
    return file;
}
int openat64(int, const char *, int, ...) SAME_AS(openat);
