/* A chain of consecutive Ethereum block headers.

   Stdin: entry 0 is the count of headers as u32 LE; then one entry per header, its RLP, oldest
   first. Public values, 192 bytes, six ABI words: number, hash and state root of the first block,
   then of the last one. Every fault ends with exit code 1 and one line of reason. */
#include "header.h"

#define MAX_HEADERS 65536
#define MAX_HEADER_BYTES 16384

static _Noreturn void fail(const char *reason) {
    print_error(reason);
    halt(EXIT_PANIC);
}

static u64 read_count(void) {
    if (stdin_length() != 4) {
        fail("header-chain: stdin entry 0 is not a count of 4 bytes");
    }
    const u8 *entry = stdin_read(4);
    u64 count = (u64)entry[0] | (u64)entry[1] << 8 | (u64)entry[2] << 16 | (u64)entry[3] << 24;
    if (count == 0 || count > MAX_HEADERS) {
        fail("header-chain: the count of headers is 0 or more than 65536");
    }
    return count;
}

static void read_header(struct header *header) {
    u64 length = stdin_length();
    if (length == NO_ENTRY) {
        fail("header-chain: stdin has fewer headers than its count says");
    }
    if (length > MAX_HEADER_BYTES) {
        fail("header-chain: a header is longer than 16384 bytes");
    }
    const char *reason = header_read(stdin_read(length), length, header);
    if (reason) {
        fail(reason);
    }
}

static int equal(const u8 *left, const u8 *right) {
    u8 difference = 0;
    for (int i = 0; i < 32; i++) {
        difference |= left[i] ^ right[i];
    }
    return difference == 0;
}

static void require_child(const struct header *child, const struct header *parent) {
    if (!equal(child->parent_hash, parent->hash)) {
        fail("header-chain: a parent hash is not the hash of the header before it");
    }
    if (parent->number == ~0ul || child->number != parent->number + 1) {
        fail("header-chain: block numbers do not rise by one");
    }
}

static void commit_block(const struct header *header) {
    u8 number[32] = {0};
    for (int i = 0; i < 8; i++) {
        number[31 - i] = header->number >> 8 * i;
    }
    commit(number, 32);
    commit(header->hash, 32);
    commit(header->state_root, 32);
}

int main(void) {
    struct header first, last, next;
    u64 count = read_count();
    read_header(&first);
    last = first;
    for (u64 i = 1; i < count; i++) {
        read_header(&next);
        require_child(&next, &last);
        last = next;
    }
    if (stdin_length() != NO_ENTRY) {
        fail("header-chain: stdin has more headers than its count says");
    }
    commit_block(&first);
    commit_block(&last);
    return EXIT_OK;
}
