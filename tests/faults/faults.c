/* A disk that fails when it is told to: stands before the system's calls (LD_PRELOAD) for files under one folder.
 *
 * FAULT_UNDER   the folder
 * FAULT_CALLS   which calls are counted: w(rite), s(ync), r(ename and link), o(pen for writing), any of these letters
 * FAULT_AT      the number of the call that fails, from 1; that one alone, or all from it on with FAULT_ON
 * FAULT_ERRNO   what it fails with
 * FAULT_READONLY  nothing under the folder can be written or made
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long seen;

long faults_seen(void) { return seen; }

static int is_under(const char *path) {
    const char *under = getenv("FAULT_UNDER");
    return under != NULL && path != NULL && strncmp(path, under, strlen(under)) == 0;
}

static int is_under_fd(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = '\0';
    return is_under(path);
}

/* Whether this call fails; errno is set then. */
static int fails(char call) {
    if (getenv("FAULT_READONLY") != NULL) {
        if (call == 's') return 0;
        errno = EROFS;
        return 1;
    }
    const char *calls = getenv("FAULT_CALLS"), *at = getenv("FAULT_AT"), *with = getenv("FAULT_ERRNO");
    if (calls == NULL || strchr(calls, call) == NULL) return 0;
    long number = __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST), chosen = at == NULL ? 0 : atol(at);
    if (chosen == 0 || number < chosen || (number > chosen && getenv("FAULT_ON") == NULL)) return 0;
    errno = with == NULL ? EIO : atoi(with);
    return 1;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, name)

#define OPEN(symbol) \
    int symbol(const char *path, int flags, ...) { \
        REAL(int, #symbol, const char *, int, ...); \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        if (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC) && is_under(path) && fails('o')) return -1; \
        return real(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

ssize_t write(int fd, const void *from, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return is_under_fd(fd) && fails('w') ? -1 : real(fd, from, size);
}

#define PWRITE(symbol, offset_type) \
    ssize_t symbol(int fd, const void *from, size_t size, offset_type at) { \
        REAL(ssize_t, #symbol, int, const void *, size_t, offset_type); \
        return is_under_fd(fd) && fails('w') ? -1 : real(fd, from, size, at); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define ON_FD(symbol) \
    int symbol(int fd) { \
        REAL(int, #symbol, int); \
        return is_under_fd(fd) && fails('s') ? -1 : real(fd); \
    }
ON_FD(fsync)
ON_FD(fdatasync)

#define TRUNCATE(symbol, size_type) \
    int symbol(int fd, size_type size) { \
        REAL(int, #symbol, int, size_type); \
        return is_under_fd(fd) && fails('w') ? -1 : real(fd, size); \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define TWO_PATHS(symbol) \
    int symbol(const char *from, const char *to) { \
        REAL(int, #symbol, const char *, const char *); \
        return is_under(to) && fails('r') ? -1 : real(from, to); \
    }
TWO_PATHS(rename)
TWO_PATHS(link)

int linkat(int at, const char *from, int to_at, const char *to, int flags) {
    REAL(int, "linkat", int, const char *, int, const char *, int);
    return is_under(to) && fails('r') ? -1 : real(at, from, to_at, to, flags);
}

int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    return is_under(path) && getenv("FAULT_READONLY") != NULL && fails('o') ? -1 : real(path, mode);
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    return is_under(path) && getenv("FAULT_READONLY") != NULL && fails('o') ? -1 : real(path);
}
