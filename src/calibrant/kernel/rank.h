/* How well scores rank two sides, from rising keys that hold the outcome in their lowest bit. */

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 Wider;
__extension__ typedef __int128 WiderSigned;

/* Twice the rows of the other side that every row of a side outranks, ties one half: their sum,
 * and the sum of their squared distances from the whole number that is nearest to their mean.
 *
 * `own` is the bit of the side. From the lowest key up, of a run of equal ones those with the bit
 * come last, and from the highest down those without: whoever they tie with was counted before.
 * All sums are whole numbers, and exact: n must be below 2**31. */
#define DEFINE_RANKED(NAME, KEY)                                                                  \
    static void side_##NAME(const KEY *keys, int64_t n, int64_t step, uint64_t own, double *out) {\
        uint64_t seen = 0, before = 0, rows = 0, sum = 0;                                         \
        Wider squares = 0;                                                                        \
        KEY last = 0;                                                                             \
        for (int64_t i = 0; i < n; i++, keys += step) {                                           \
            const uint64_t is_own = ((uint64_t)*keys & 1) == own;                                 \
            const KEY here = *keys >> 1;                                                          \
            before = i == 0 || here != last ? seen : before;                                      \
            last = here;                                                                          \
            const uint64_t twice = is_own ? before + seen : 0;                                    \
            sum += twice;                                                                         \
            squares += (Wider)twice * twice;                                                      \
            rows += is_own;                                                                       \
            seen += 1 - is_own;                                                                   \
        }                                                                                         \
        const uint64_t mean = rows == 0 ? 0 : (sum + rows / 2) / rows;                            \
        const WiderSigned about = (WiderSigned)squares - 2 * ((WiderSigned)mean * sum) +          \
                                  (WiderSigned)rows * ((WiderSigned)mean * mean);                 \
        const double off = rows == 0 ? 0 : (double)((WiderSigned)sum - (WiderSigned)mean * rows); \
        out[0] = (double)rows;                                                                    \
        out[1] = (double)sum;                                                                     \
        out[2] = rows == 0 ? 0 : (double)about - off * (off / (double)rows);                      \
    }                                                                                             \
                                                                                                  \
    /* Of the rows with the bit, then of the others: their number, the sum of twice what they     \
     * outrank (of the others, what outranks them), and the squared distances from the mean.      \
     * Returns 0 where they are too many. */                                                      \
    int calibrant_ranked_##NAME(const KEY *keys, int64_t n, double *out) {                        \
        if (n > INT32_MAX) return 0;                                                              \
        side_##NAME(keys, n, 1, 1, out);                                                          \
        side_##NAME(keys + (n > 0 ? n - 1 : 0), n, -1, 0, out + 3);                               \
        return 1;                                                                                 \
    }

DEFINE_RANKED(narrow, int32_t)
DEFINE_RANKED(wide, int64_t)

#else /* no such numbers: torch does it */
int calibrant_ranked_narrow(const int32_t *keys, int64_t n, double *out) {
    return keys == NULL && n < 0 && out == NULL;
}
int calibrant_ranked_wide(const int64_t *keys, int64_t n, double *out) {
    return keys == NULL && n < 0 && out == NULL;
}
#endif
