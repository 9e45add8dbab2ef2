#define _GNU_SOURCE
#include "memory_of_process.h"

#if defined(__linux__)

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

void zr_return_free_memory(void) {
#if defined(__GLIBC__)
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_TRIM_THRESHOLD, 256 << 10);
    // Set, so that it does not grow (and the other one with it) with the largest piece that was ever freed.
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

static int forget(struct dl_phdr_info *file, size_t size, void *context) {
    (void)size;
    (void)context;
    uintptr_t page = (uintptr_t)getpagesize();
    for (int i = 0; i < file->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &file->dlpi_phdr[i];
        // What may be written differs from the file.
        if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
        uintptr_t start = file->dlpi_addr + segment->p_vaddr, end = start + segment->p_memsz;
        start -= start % page;
        madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void zr_forget_start(void) {
    dl_iterate_phdr(forget, 0);
}

#else

void zr_return_free_memory(void) {}

void zr_forget_start(void) {}

#endif
