#include "sqlite_log.h"

#include <sqlite3.h>
#include <string.h>

// SQLite's file format: each page in the log follows a header of 24 bytes, whose bytes 4 to 7 are zero unless the page ends a transaction.
enum { capacity = 64 * 1024, header_size = 24, page_count_start = 4, page_count_end = 8 };

// The log as SQLite holds it. SQLite has given room for the system's own file behind it.
typedef struct {
    sqlite3_file base;
    sqlite3_file *file;
    // Written by SQLite, and not yet in the file, where it belongs at `start`.
    unsigned char *bytes;
    sqlite3_int64 start;
    int count;
    int ends_transaction;
} Log;

static sqlite3_vfs *system_vfs;

static int flush(Log *log) {
    if (log->count == 0) return SQLITE_OK;
    int count = log->count;
    log->count = 0;
    return log->file->pMethods->xWrite(log->file, log->bytes, count, log->start);
}

static int holds(const Log *log, int count, sqlite3_int64 offset) {
    return offset >= log->start && offset + count <= log->start + log->count;
}

static int log_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    Log *log = (Log *)file;
    if (holds(log, count, offset)) {
        memcpy(bytes, log->bytes + (offset - log->start), count);
        return SQLITE_OK;
    }
    if (offset < log->start + log->count && offset + count > log->start) {
        int code = flush(log);
        if (code != SQLITE_OK) return code;
    }
    return log->file->pMethods->xRead(log->file, bytes, count, offset);
}

// Others read the page that ends a transaction as soon as SQLite has told them of it, flushed to disk or not.
static int is_due(Log *log, const unsigned char *bytes, int count) {
    if (count != header_size) return log->ends_transaction;
    log->ends_transaction = 0;
    for (int i = page_count_start; i < page_count_end; i++) log->ends_transaction |= bytes[i];
    return 0;
}

static int log_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    Log *log = (Log *)file;
    int due = is_due(log, bytes, count);
    if (log->count > 0 && holds(log, count, offset)) {
        memcpy(log->bytes + (offset - log->start), bytes, count);
        return due ? flush(log) : SQLITE_OK;
    }
    if (log->count > 0 && (offset != log->start + log->count || log->count + count > capacity)) {
        int code = flush(log);
        if (code != SQLITE_OK) return code;
    }
    if (log->bytes == 0) log->bytes = sqlite3_malloc(capacity);
    if (log->bytes == 0 || count > capacity) return log->file->pMethods->xWrite(log->file, bytes, count, offset);
    if (log->count == 0) log->start = offset;
    memcpy(log->bytes + log->count, bytes, count);
    log->count += count;
    return due ? flush(log) : SQLITE_OK;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size) {
    Log *log = (Log *)file;
    int code = flush(log);
    return code == SQLITE_OK ? log->file->pMethods->xTruncate(log->file, size) : code;
}

static int log_sync(sqlite3_file *file, int flags) {
    Log *log = (Log *)file;
    int code = flush(log);
    return code == SQLITE_OK ? log->file->pMethods->xSync(log->file, flags) : code;
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size) {
    Log *log = (Log *)file;
    int code = flush(log);
    return code == SQLITE_OK ? log->file->pMethods->xFileSize(log->file, size) : code;
}

static int log_control(sqlite3_file *file, int operation, void *argument) {
    Log *log = (Log *)file;
    int code = flush(log);
    return code == SQLITE_OK ? log->file->pMethods->xFileControl(log->file, operation, argument) : code;
}

static int log_close(sqlite3_file *file) {
    Log *log = (Log *)file;
    int flushed = flush(log);
    sqlite3_free(log->bytes);
    int closed = log->file->pMethods->xClose(log->file);
    return flushed != SQLITE_OK ? flushed : closed;
}

static int log_lock(sqlite3_file *file, int level) {
    Log *log = (Log *)file;
    return log->file->pMethods->xLock(log->file, level);
}

static int log_unlock(sqlite3_file *file, int level) {
    Log *log = (Log *)file;
    return log->file->pMethods->xUnlock(log->file, level);
}

static int log_is_reserved(sqlite3_file *file, int *reserved) {
    Log *log = (Log *)file;
    return log->file->pMethods->xCheckReservedLock(log->file, reserved);
}

static int log_sector_size(sqlite3_file *file) {
    Log *log = (Log *)file;
    return log->file->pMethods->xSectorSize(log->file);
}

static int log_characteristics(sqlite3_file *file) {
    Log *log = (Log *)file;
    return log->file->pMethods->xDeviceCharacteristics(log->file);
}

static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_is_reserved,
    .xFileControl = log_control,
    .xSectorSize = log_sector_size,
    .xDeviceCharacteristics = log_characteristics,
};

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_used) {
    (void)vfs;
    if (!(flags & SQLITE_OPEN_WAL)) return system_vfs->xOpen(system_vfs, name, file, flags, flags_used);
    Log *log = (Log *)file;
    memset(log, 0, sizeof(Log));
    log->file = (sqlite3_file *)(log + 1);
    int code = system_vfs->xOpen(system_vfs, name, log->file, flags, flags_used);
    if (code == SQLITE_OK) log->base.pMethods = &log_methods;
    return code;
}

int zr_gather_log_writes(void) {
    static sqlite3_vfs gathering;
    system_vfs = sqlite3_vfs_find(0);
    if (system_vfs == 0) return SQLITE_ERROR;
    // All the rest is the system's own, which finds what it keeps of itself in the copy as well.
    gathering = *system_vfs;
    gathering.pNext = 0;
    gathering.zName = "gathering";
    gathering.szOsFile = (int)sizeof(Log) + system_vfs->szOsFile;
    gathering.xOpen = open_file;
    return sqlite3_vfs_register(&gathering, 1);
}
