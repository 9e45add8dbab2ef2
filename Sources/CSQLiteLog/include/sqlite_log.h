#ifndef SQLITE_LOG_H
#define SQLITE_LOG_H

/// Makes every SQLite connection that is opened from now on write its log in pieces of 64 KiB instead of two writes for each page: the log
/// is the larger part of what a busy writer writes, and each write costs more than the bytes in it. What is written is in the file when
/// SQLite flushes it to disk, when a transaction's last page is written, and when anything else about the file is asked.
/// To be called once (a second call would gather what is gathered already), before the first connection is opened. Answers one of SQLite's
/// codes: `SQLITE_OK`, or why everything stays as it is.
int zr_gather_log_writes(void);

#endif
