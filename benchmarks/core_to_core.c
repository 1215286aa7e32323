/* Measure the round trip of a cache line between core 0 and core 1 in nanoseconds.
 *
 *     cc -O2 -pthread benchmarks/core_to_core.c -o core_to_core && ./core_to_core
 *
 * Two threads of a small network synchronise after every layer; each synchronisation costs about this time.
 * Linux only.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

enum { ROUND_TRIPS = 200000 };
static _Alignas(128) atomic_int baton;

static void run_on(int core)
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    pthread_setaffinity_np(pthread_self(), sizeof cores, &cores);
}

static void pass(int awaited)
{
    while (atomic_load_explicit(&baton, memory_order_acquire) != awaited)
        ;
    atomic_store_explicit(&baton, awaited + 1, memory_order_release);
}

static void *other_core(void *unused)
{
    (void)unused;
    run_on(1);
    for (int i = 0; i < ROUND_TRIPS; i++)
        pass(2 * i + 1);
    return 0;
}

int main(void)
{
    pthread_t other;
    struct timespec began, ended, settle = {0, 50000000};
    run_on(0);
    pthread_create(&other, 0, other_core, 0);
    nanosleep(&settle, 0);
    clock_gettime(CLOCK_MONOTONIC, &began);
    for (int i = 0; i < ROUND_TRIPS; i++)
        pass(2 * i);
    pthread_join(other, 0);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    printf("%.0f\n", ((ended.tv_sec - began.tv_sec) * 1e9 + (ended.tv_nsec - began.tv_nsec)) / ROUND_TRIPS);
    return 0;
}
