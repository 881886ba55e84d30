#include "rlp.h"

#define SHORT_MAX 55

/* Read the length that follows a long prefix in `width` bytes; 0 (too small for one) if bad. */
static u64 long_length(const struct span *input, u64 width) {
    if (input->length < 1 + width || input->start[1] == 0) {
        return 0;
    }
    u64 length = 0;
    for (u64 i = 1; i <= width; i++) {
        length = length << 8 | input->start[i];
    }
    return length > SHORT_MAX ? length : 0;
}

enum rlp_kind rlp_next(struct span *input, struct span *payload) {
    if (input->length == 0) {
        return RLP_MALFORMED;
    }
    u8 prefix = input->start[0];
    if (prefix < 0x80) {
        *payload = (struct span){input->start, 1};
        *input = (struct span){input->start + 1, input->length - 1};
        return RLP_STRING;
    }
    enum rlp_kind kind = prefix < 0xc0 ? RLP_STRING : RLP_LIST;
    u64 length = prefix - (kind == RLP_STRING ? 0x80 : 0xc0);
    u64 header = 1;
    if (length > SHORT_MAX) {
        header += length - SHORT_MAX;
        length = long_length(input, header - 1);
        if (length == 0) {
            return RLP_MALFORMED;
        }
    }
    if (length > input->length - header) {
        return RLP_MALFORMED;
    }
    *payload = (struct span){input->start + header, length};
    *input = (struct span){payload->start + length, input->length - header - length};
    if (kind == RLP_STRING && length == 1 && payload->start[0] < 0x80) {
        return RLP_MALFORMED; /* one small byte is its own encoding */
    }
    return kind;
}
