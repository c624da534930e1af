// Times of blocks of calls, for mlp.c and lstm.c.
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * t.tv_sec + t.tv_nsec;
}

// The barrier makes the compiler believe that somebody reads what `call` has written.
#define MEASURE(blocks, calls, times, call)                \
    for (int block = 0; block < (blocks); block++) {       \
        double start = now();                              \
        for (int k = 0; k < (calls); k++) {                \
            call;                                          \
            __asm__ volatile("" ::: "memory");             \
        }                                                  \
        (times)[block] = (now() - start) / (calls);        \
    }
