/* SP1 v6 for programs in C: what a guest may call. Addresses and lengths are 64 bits wide. */
#ifndef SP1_H
#define SP1_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

/* Exit codes that SP1's own runtime gives a meaning. */
enum { EXIT_OK = 0, EXIT_PANIC = 1, EXIT_STDIN = 3 };

/* What stdin_length says when all entries were read. */
#define NO_ENTRY (~0ul)

/* The length in bytes of the next stdin entry, or NO_ENTRY. */
u64 stdin_length(void);

/* Read the next stdin entry, of exactly `length` bytes, into memory that nothing has used yet.
   There must be an entry: ask stdin_length first. The memory stays the caller's. */
const u8 *stdin_read(u64 length);

/* Append to the public values. */
void commit(const void *bytes, u64 length);

/* Print a line of reason to the executor's log. */
void print_error(const char *line);

/* End the program: commit to the digest of all public values, then stop. */
_Noreturn void halt(u32 exit_code);

/* Every guest has one; what it returns is the exit code. */
int main(void);

#endif
