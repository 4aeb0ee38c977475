/* Counts how often a program asks for its writes to be on the device. Loaded with LD_PRELOAD. */
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long syncs;

int fsync(int fd) { syncs++; return (int)syscall(SYS_fsync, fd); }
int fdatasync(int fd) { syncs++; return (int)syscall(SYS_fdatasync, fd); }

__attribute__((destructor)) static void say(void) { dprintf(2, "syncs %ld\n", (long)syncs); }
