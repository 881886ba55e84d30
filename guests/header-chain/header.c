#include "header.h"
#include "keccak.h"
#include "rlp.h"

/* Positions in the list, and how many fields the first headers had; forks append more. */
enum { PARENT_HASH = 0, STATE_ROOT = 3, NUMBER = 8, FIELDS = 15 };

static int read_hash(const struct span *field, const u8 **hash) {
    *hash = field->start;
    return field->length == 32;
}

static int read_number(const struct span *field, u64 *number) {
    if (field->length > 8 || (field->length > 0 && field->start[0] == 0)) {
        return 0;
    }
    *number = 0;
    for (u64 i = 0; i < field->length; i++) {
        *number = *number << 8 | field->start[i];
    }
    return 1;
}

static int read_field(u64 position, const struct span *field, struct header *header) {
    switch (position) {
    case PARENT_HASH:
        return read_hash(field, &header->parent_hash);
    case STATE_ROOT:
        return read_hash(field, &header->state_root);
    case NUMBER:
        return read_number(field, &header->number);
    default:
        return 1;
    }
}

const char *header_read(const u8 *bytes, u64 length, struct header *header) {
    struct span input = {bytes, length}, fields, field;
    if (rlp_next(&input, &fields) != RLP_LIST || input.length != 0) {
        return "header-chain: a header is not one RLP list";
    }
    u64 position = 0;
    for (; fields.length > 0; position++) {
        enum rlp_kind kind = rlp_next(&fields, &field);
        if (kind == RLP_MALFORMED || (kind == RLP_LIST && position < FIELDS)) {
            return "header-chain: a header has a malformed field";
        }
        if (!read_field(position, &field, header)) {
            return "header-chain: a header's parent hash, state root or number is malformed";
        }
    }
    if (position < FIELDS) {
        return "header-chain: a header has fewer than 15 fields";
    }
    keccak256(bytes, length, header->hash);
    return 0;
}
