#ifndef MEMORY_OF_PROCESS_H
#define MEMORY_OF_PROCESS_H

/// Keeps glibc's allocator from holding on to what is free. It would make eight arenas for each core, one for every few threads, and return
/// the end of one only when megabytes are free there: twice the memory that is in use. Elsewhere this does nothing.
void zr_return_free_memory(void);

/// Lets go of those pages of the program and its libraries that only the start has needed: unchanged parts of their files, which come back
/// when they are touched. Not on Linux, this does nothing.
void zr_forget_start(void);

#endif
