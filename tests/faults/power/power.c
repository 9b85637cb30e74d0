/*
 * What a loss of power forgets. Loaded with LD_PRELOAD into a server; watches the files under $DATA_DIR.
 *
 * Each change of a file is written to the journal $POWER_JOURNAL before it is made, with the bytes from before and the new
 * ones; each fsync after it succeeded. From that power.ts puts the folder into a state that a disk might show after the
 * power went: what was synced, and any part of what was not. Changes of a folder (files that come, go and change their
 * names) count as synced when the folder was.
 *
 * While the file $POWER_KILL exists and holds a number, the process dies at so manyth next write to the file $POWER_TARGET
 * of the folder. While the file $POWER_FAIL exists, the next sync of a watched file fails with EIO, once: the file is renamed to
 * $POWER_FAIL.done and holds the time, in microseconds of the monotonic clock.
 *
 * Not watched: the -shm file, which SQLite writes through memory and builds anew after a crash.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { OPENED = 1, CREATED, WRITTEN, SYNCED, FAILED, UNLINKED, RENAMED, RESIZED, STARTED };

/* One record of the journal; `a` bytes and then `b` bytes follow. */
struct record {
  uint32_t type;
  uint32_t a;
  uint32_t b;
  uint32_t unused;
  uint64_t inode;
  uint64_t offset;
  uint64_t size;
  uint64_t upto;
};

#define FILES_MAX 4096
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int journal = -1;
static char folder[PATH_MAX];
static char failure[PATH_MAX];
static char killing[PATH_MAX];
static char target[PATH_MAX];
static int writes_left;
static uint64_t inodes[FILES_MAX];
static int inode_count;
static uint64_t changes;
static uint64_t saved;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_watched(uint64_t inode) {
  for (int n = 0; n < inode_count; n++)
    if (inodes[n] == inode) return 1;
  return 0;
}

static void put(struct record record, const void *a, const void *b) {
  struct iovec parts[] = {{&record, sizeof record}, {(void *)a, record.a}, {(void *)b, record.b}};
  size_t whole = sizeof record + record.a + record.b;
  if (syscall(SYS_writev, journal, parts, 3) != (ssize_t)whole) _exit(70);
}

static void take_path(char *into, const char *parent, const char *name) {
  if (name && snprintf(into, PATH_MAX, "%s%s", parent, name) >= PATH_MAX) _exit(70);
}

__attribute__((constructor)) static void begin(void) {
  const char *dir = getenv("DATA_DIR"), *log = getenv("POWER_JOURNAL"), *name = getenv("POWER_TARGET");
  if (!dir || !log || !realpath(dir, folder)) return;
  take_path(failure, "", getenv("POWER_FAIL"));
  take_path(killing, "", getenv("POWER_KILL"));
  take_path(target, folder, name);
  journal = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  struct stat st;
  if (journal < 0 || stat(folder, &st) != 0) _exit(70);
  inodes[inode_count++] = st.st_ino;
  put((struct record){.type = STARTED}, NULL, NULL);
}

/* Inode of an open file that is watched, or 0. */
static uint64_t inode_of(int fd, struct stat *st) {
  if (journal < 0 || fstat(fd, st) != 0) return 0;
  if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode)) return 0;
  return is_watched(st->st_ino) ? st->st_ino : 0;
}

/* The name of a watched file in the folder, or NULL. */
static const char *below(const char *path) {
  char parent[PATH_MAX], real[PATH_MAX];
  if (journal < 0 || strlen(path) >= sizeof parent) return NULL;
  snprintf(parent, sizeof parent, "%s", path);
  char *slash = strrchr(parent, '/');
  const char *name = slash ? path + (slash - parent) + 1 : path;
  if (slash) *slash = 0;
  if (!realpath(!slash ? "." : slash == parent ? "/" : parent, real) || strcmp(real, folder) != 0) return NULL;
  size_t length = strlen(name);
  return length > 4 && strcmp(name + length - 4, "-shm") == 0 ? NULL : name;
}

static int opened(int fd, const char *path, int existed) {
  const char *name = fd < 0 ? NULL : below(path);
  struct stat st;
  if (!name || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) return fd;
  pthread_mutex_lock(&lock);
  if (!is_watched(st.st_ino)) {
    if (inode_count == FILES_MAX) _exit(70);
    inodes[inode_count++] = st.st_ino;
  }
  struct record record = {.type = existed ? OPENED : CREATED, .a = strlen(name), .inode = st.st_ino};
  record.size = st.st_size;
  record.upto = ++changes;
  put(record, name, NULL);
  pthread_mutex_unlock(&lock);
  return fd;
}

static int open_watched(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  struct stat st;
  int existed = stat(path, &st) == 0;
  return opened(real(path, flags, mode), path, existed);
}
#define MODE_OF(flags)                                                                                                 \
  mode_t mode = 0;                                                                                                     \
  if (flags & (O_CREAT | O_TMPFILE)) {                                                                                 \
    va_list rest;                                                                                                      \
    va_start(rest, flags);                                                                                             \
    mode = va_arg(rest, mode_t);                                                                                       \
    va_end(rest);                                                                                                      \
  }
int open(const char *path, int flags, ...) {
  MODE_OF(flags)
  return open_watched(REAL(open), path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  MODE_OF(flags)
  return open_watched(REAL(open64), path, flags, mode);
}

/* Tells the journal that [offset, offset + length) becomes `bytes`, or, without bytes, that the file ends at `offset`. */
static void tell_change(int fd, uint64_t inode, const void *bytes, uint64_t offset, uint64_t length, uint64_t size) {
  uint64_t end = bytes ? offset + length : size;
  uint64_t old = offset >= size ? 0 : (end < size ? end : size) - offset;
  char *before = malloc(old + 1);
  if (!before || (old && syscall(SYS_pread64, fd, before, old, offset) != (ssize_t)old)) _exit(70);
  struct record record = {.type = bytes ? WRITTEN : RESIZED, .a = old, .inode = inode, .offset = offset, .size = size};
  record.b = bytes ? length : 0;
  record.upto = ++changes;
  put(record, before, bytes);
  free(before);
}

/* Dies, if this is the write to die at. The write is in the journal, and not in the file. */
static void die_at_write(uint64_t inode) {
  struct stat st;
  if (!*killing || !*target || access(killing, F_OK) != 0 || stat(target, &st) != 0 || st.st_ino != inode) return;
  if (writes_left == 0) {
    char text[16] = {0};
    int fd = syscall(SYS_openat, AT_FDCWD, killing, O_RDONLY, 0);
    if (fd < 0 || read(fd, text, sizeof text - 1) <= 0) _exit(70);
    close(fd);
    writes_left = atoi(text);
  }
  if (--writes_left == 0) kill(getpid(), SIGKILL);
}

static ssize_t change(int fd, const void *bytes, size_t length, off64_t offset, int at) {
  struct stat st;
  uint64_t inode = inode_of(fd, &st);
  if (!inode)
    return at ? syscall(SYS_pwrite64, fd, bytes, length, offset) : syscall(SYS_write, fd, bytes, length);
  pthread_mutex_lock(&lock);
  if (!at) offset = fcntl(fd, F_GETFL) & O_APPEND ? st.st_size : lseek64(fd, 0, SEEK_CUR);
  tell_change(fd, inode, bytes, offset, length, st.st_size);
  die_at_write(inode);
  ssize_t done = at ? syscall(SYS_pwrite64, fd, bytes, length, offset) : syscall(SYS_write, fd, bytes, length);
  pthread_mutex_unlock(&lock);
  return done;
}
ssize_t write(int fd, const void *bytes, size_t length) { return change(fd, bytes, length, 0, 0); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return change(fd, bytes, length, offset, 1); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  return change(fd, bytes, length, offset, 1);
}

/* Several pieces are written one by one, which a caller cannot tell from a short write. */
ssize_t writev(int fd, const struct iovec *parts, int count) {
  struct stat st;
  if (!inode_of(fd, &st)) return syscall(SYS_writev, fd, parts, count);
  return count > 0 ? write(fd, parts[0].iov_base, parts[0].iov_len) : 0;
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  struct stat st;
  if (!inode_of(fd, &st)) return REAL(pwritev)(fd, parts, count, offset);
  return count > 0 ? pwrite(fd, parts[0].iov_base, parts[0].iov_len, offset) : 0;
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  return pwritev(fd, parts, count, offset);
}

static int resize(int fd, off64_t size) {
  struct stat st;
  uint64_t inode = inode_of(fd, &st);
  if (!inode) return syscall(SYS_ftruncate, fd, size);
  pthread_mutex_lock(&lock);
  tell_change(fd, inode, NULL, size, 0, st.st_size);
  int done = syscall(SYS_ftruncate, fd, size);
  pthread_mutex_unlock(&lock);
  return done;
}
int ftruncate(int fd, off_t size) { return resize(fd, size); }
int ftruncate64(int fd, off64_t size) { return resize(fd, size); }

static uint64_t micros(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* True: this sync is the one that fails. */
static int fails(void) {
  if (!*failure || access(failure, F_OK) != 0) return 0;
  char done[PATH_MAX + 8], text[32];
  snprintf(done, sizeof done, "%s.done", failure);
  int fd = syscall(SYS_openat, AT_FDCWD, failure, O_WRONLY | O_TRUNC, 0);
  int length = snprintf(text, sizeof text, "%llu", (unsigned long long)micros());
  if (fd < 0 || syscall(SYS_write, fd, text, length) != length) return 0;
  close(fd);
  return syscall(SYS_rename, failure, done) == 0;
}

static int sync_watched(int fd, long call) {
  struct stat st;
  uint64_t inode = inode_of(fd, &st);
  if (!inode) return syscall(call, fd);
  pthread_mutex_lock(&lock);
  struct record record = {.type = SYNCED, .inode = inode, .upto = changes};
  int failed = S_ISREG(st.st_mode) && fails();
  pthread_mutex_unlock(&lock);
  int done = failed ? -1 : syscall(call, fd);
  int error = failed ? EIO : errno;
  if (done != 0) record.type = FAILED;
  pthread_mutex_lock(&lock);
  put(record, NULL, NULL);
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}
int fsync(int fd) { return sync_watched(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_watched(fd, SYS_fdatasync); }

/* A file that goes is kept under another name beside the journal, in case its going is forgotten. */
static void tell_gone(uint32_t type, const char *name, const char *to, const char *gone) {
  char kept[PATH_MAX + 32];
  struct stat st = {0};
  snprintf(kept, sizeof kept, "%s.%d.%llu", getenv("POWER_JOURNAL"), getpid(), (unsigned long long)++saved);
  int existed = stat(gone, &st) == 0 && link(gone, kept) == 0;
  char names[3 * PATH_MAX];
  int length = snprintf(names, sizeof names, "%s%c%s%c%s", name, 0, to, 0, existed ? kept : "");
  struct record record = {.type = type, .a = length, .inode = st.st_ino, .upto = ++changes};
  put(record, names, NULL);
}
int unlink(const char *path) {
  const char *name = below(path);
  if (!name) return syscall(SYS_unlink, path);
  pthread_mutex_lock(&lock);
  tell_gone(UNLINKED, name, "", path);
  int done = syscall(SYS_unlink, path);
  pthread_mutex_unlock(&lock);
  return done;
}
int rename(const char *from, const char *to) {
  const char *name = below(from), *other = below(to);
  if (!name || !other) return syscall(SYS_rename, from, to);
  pthread_mutex_lock(&lock);
  tell_gone(RENAMED, name, other, to);
  int done = syscall(SYS_rename, from, to);
  pthread_mutex_unlock(&lock);
  return done;
}
