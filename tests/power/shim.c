/*
 * Stands between the program and the disk (LD_PRELOAD). Of the files of one database it writes down every
 * change, every sync and every name that comes or goes, and beside them what is said over sockets, in one
 * order, so that a test can say what the disk would hold had the power failed at any moment. And it gives the
 * errors that a disk gives, when the control file says so.
 *
 *   LOA_SHIM_DB       the database file; `-wal` and `-journal` beside it belong to it, `-shm` does not: it is
 *                     memory, and nothing of it outlives the machine
 *   LOA_SHIM_JOURNAL  where it is written down: records of a header and bytes, see `struct record`
 *   LOA_SHIM_CONTROL  one page, see `struct control`
 *
 * Without these variables it does nothing.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CREATED = 1, UNLINKED, WRITTEN, CUT, SYNCED, SYNC_FAILED, NAMES_SYNCED, SAID };
enum { NONE = 0, DATABASE, LOG, ROLLBACK, FOLDER };

struct record {
    uint32_t magic, kind, file, length;
    uint64_t inode, offset;
};

/* Each fault is a letter, or 0. The counters say how often a fault was given. */
struct control {
    volatile char write; /* 'F' full, 'I' error, 'R' read-only */
    volatile char read;  /* 'I' error */
    volatile char sync;  /* 'I' error, once written down as clean (as Linux does); 'L' says yes and does nothing; 'S' takes 20 ms */
    volatile char open;  /* 'R' read-only */
    char pad[12];
    volatile uint32_t writes, reads, syncs, opens;
};

#define MOST 65536
#define SAID_AT_MOST 4096

static const char *database;
static size_t database_length;
static char folder[PATH_MAX];
static int journal = -1;
static struct control *control;
static unsigned char file_of[MOST];
static uint64_t inode_of[MOST];

__attribute__((constructor)) static void begin(void) {
    const char *to = getenv("LOA_SHIM_JOURNAL"), *orders = getenv("LOA_SHIM_CONTROL");
    database = getenv("LOA_SHIM_DB");
    if (!database || !to || !orders) {
        database = NULL;
        return;
    }
    database_length = strlen(database);
    strncpy(folder, database, sizeof folder - 1);
    char *slash = strrchr(folder, '/');
    if (slash) *slash = 0;
    journal = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, orders, O_RDWR | O_CLOEXEC, 0);
    void *page = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (journal < 0 || page == MAP_FAILED) abort();
    syscall(SYS_close, fd);
    control = page;
}

#define REAL(type, name, ...)                                            \
    static type (*real)(__VA_ARGS__);                                    \
    if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

/* One record is one write: those of several threads and processes keep one order. */
static void note(uint32_t kind, uint32_t file, uint64_t inode, uint64_t offset, const struct iovec *bytes, int parts) {
    struct record head = {0x4a414f4c, kind, file, 0, inode, offset};
    struct iovec all[10] = {{&head, sizeof head}};
    if (parts > 8) parts = 8;
    for (int i = 0; i < parts; i++) {
        all[i + 1] = bytes[i];
        if (kind == SAID && head.length + bytes[i].iov_len > SAID_AT_MOST)
            all[i + 1].iov_len = SAID_AT_MOST - head.length;
        head.length += (uint32_t)all[i + 1].iov_len;
    }
    int before = errno;
    ssize_t done = syscall(SYS_writev, journal, all, parts + 1);
    if (done != (ssize_t)(sizeof head + head.length)) abort();
    errno = before;
}

static unsigned file_at(const char *path) {
    if (!database || !path) return NONE;
    if (strcmp(path, folder) == 0) return FOLDER;
    if (strncmp(path, database, database_length) != 0) return NONE;
    const char *rest = path + database_length;
    if (*rest == 0) return DATABASE;
    if (strcmp(rest, "-wal") == 0) return LOG;
    if (strcmp(rest, "-journal") == 0) return ROLLBACK;
    return NONE;
}

static unsigned file_behind(int fd) { return database && fd >= 0 && fd < MOST ? file_of[fd] : NONE; }

static int fails(char letter, volatile uint32_t *counter) {
    if (!letter || letter == 'L' || letter == 'S') return 0;
    __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
    errno = letter == 'F' ? ENOSPC : letter == 'R' ? EROFS : EIO;
    return 1;
}

/* ---- names ---- */

static int opened(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    unsigned file = file_at(path);
    if (file == NONE) return real(path, flags, mode);
    int writes = (flags & O_ACCMODE) != O_RDONLY;
    if (writes && fails(control->open, &control->opens)) return -1;
    struct stat found;
    int is_new = (flags & O_CREAT) && syscall(SYS_newfstatat, AT_FDCWD, path, &found, 0) != 0;
    int fd = real(path, flags, mode);
    if (fd < 0 || fd >= MOST) return fd;
    fstat(fd, &found);
    file_of[fd] = (unsigned char)file;
    inode_of[fd] = found.st_ino;
    if (is_new) note(CREATED, file, found.st_ino, 0, NULL, 0);
    return fd;
}

#define OPEN(name)                                                       \
    int name(const char *path, int flags, ...) {                         \
        REAL(int, #name, const char *, int, ...);                        \
        va_list rest;                                                    \
        va_start(rest, flags);                                           \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                                    \
        return opened(real, path, flags, mode);                          \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    REAL(int, "close", int);
    if (file_behind(fd)) file_of[fd] = NONE;
    return real(fd);
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    int done = real(path);
    unsigned file = file_at(path);
    if (done == 0 && file != NONE) note(UNLINKED, file, 0, 0, NULL, 0);
    return done;
}

/* ---- reading ---- */

ssize_t read(int fd, void *to, size_t length) {
    REAL(ssize_t, "read", int, void *, size_t);
    if (file_behind(fd) && fails(control->read, &control->reads)) return -1;
    return real(fd, to, length);
}

ssize_t pread(int fd, void *to, size_t length, off_t at) {
    REAL(ssize_t, "pread", int, void *, size_t, off_t);
    if (file_behind(fd) && fails(control->read, &control->reads)) return -1;
    return real(fd, to, length, at);
}

ssize_t pread64(int fd, void *to, size_t length, off64_t at) { return pread(fd, to, length, at); }

/* ---- writing ---- */

/* A disk that is full takes a part of what is written first. */
static int refused(size_t *length) {
    if (control->write == 'F' && *length >= 1024) {
        __atomic_add_fetch(&control->writes, 1, __ATOMIC_SEQ_CST);
        *length /= 2;
        return 0;
    }
    return fails(control->write, &control->writes);
}

static void said(int fd, const struct iovec *bytes, int parts) {
    struct stat what;
    if (database && fstat(fd, &what) == 0 && S_ISSOCK(what.st_mode)) note(SAID, NONE, (uint64_t)fd, 0, bytes, parts);
}

ssize_t pwrite(int fd, const void *from, size_t length, off_t at) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    unsigned file = file_behind(fd);
    if (!file) return real(fd, from, length, at);
    if (refused(&length)) return -1;
    struct iovec bytes = {(void *)from, length};
    note(WRITTEN, file, inode_of[fd], (uint64_t)at, &bytes, 1);
    return real(fd, from, length, at);
}

ssize_t pwrite64(int fd, const void *from, size_t length, off64_t at) { return pwrite(fd, from, length, at); }

ssize_t write(int fd, const void *from, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    unsigned file = file_behind(fd);
    struct iovec bytes = {(void *)from, length};
    if (!file) {
        said(fd, &bytes, 1);
        return real(fd, from, length);
    }
    if (refused(&bytes.iov_len)) return -1;
    note(WRITTEN, file, inode_of[fd], (uint64_t)lseek(fd, 0, SEEK_CUR), &bytes, 1);
    return real(fd, from, bytes.iov_len);
}

ssize_t writev(int fd, const struct iovec *bytes, int parts) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    if (file_behind(fd)) abort(); /* SQLite does not, and this would not know of it. */
    said(fd, bytes, parts);
    return real(fd, bytes, parts);
}

int ftruncate(int fd, off_t length) {
    REAL(int, "ftruncate", int, off_t);
    unsigned file = file_behind(fd);
    if (!file) return real(fd, length);
    if (fails(control->write, &control->writes)) return -1;
    note(CUT, file, inode_of[fd], (uint64_t)length, NULL, 0);
    return real(fd, length);
}

int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

/* ---- syncing ---- */

static int synced(int (*real)(int), int fd) {
    unsigned file = file_behind(fd);
    if (!file) return real(fd);
    if (fails(control->sync, &control->syncs)) {
        note(SYNC_FAILED, file, inode_of[fd], 0, NULL, 0);
        errno = EIO;
        return -1;
    }
    if (control->sync == 'L') {
        __atomic_add_fetch(&control->syncs, 1, __ATOMIC_SEQ_CST);
        return 0;
    }
    if (control->sync == 'S') usleep(20000);
    int done = real(fd);
    if (done == 0) note(file == FOLDER ? NAMES_SYNCED : SYNCED, file, inode_of[fd], 0, NULL, 0);
    return done;
}

int fsync(int fd) {
    REAL(int, "fsync", int);
    return synced(real, fd);
}

int fdatasync(int fd) {
    REAL(int, "fdatasync", int);
    return synced(real, fd);
}

/* ---- speaking ---- */

ssize_t send(int fd, const void *from, size_t length, int flags) {
    REAL(ssize_t, "send", int, const void *, size_t, int);
    struct iovec bytes = {(void *)from, length};
    said(fd, &bytes, 1);
    return real(fd, from, length, flags);
}

ssize_t sendto(int fd, const void *from, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    REAL(ssize_t, "sendto", int, const void *, size_t, int, const struct sockaddr *, socklen_t);
    struct iovec bytes = {(void *)from, length};
    said(fd, &bytes, 1);
    return real(fd, from, length, flags, to, size);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    REAL(ssize_t, "sendmsg", int, const struct msghdr *, int);
    said(fd, message->msg_iov, (int)message->msg_iovlen);
    return real(fd, message, flags);
}
