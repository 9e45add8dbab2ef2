import CAllocator

/// Keeps glibc's allocator from holding on to what is free. It would make eight arenas for each core, one for every few threads, and return
/// the end of one only when megabytes are free there: twice the memory that is in use. Elsewhere this does nothing.
func returnFreeMemory() {
    #if os(Linux)
        _ = mallopt(M_ARENA_MAX, 2)
        _ = mallopt(M_TRIM_THRESHOLD, 256 << 10)
        // Set, so that it does not grow (and the other one with it) with the largest piece that was ever freed.
        _ = mallopt(M_MMAP_THRESHOLD, 1 << 20)
    #endif
}
