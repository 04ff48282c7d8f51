/* Orders of numbers by sorting their bits, eleven at a time; and what follows from an order. */

#define DIGIT 11
#define N_DIGITS (1 << DIGIT)
#define MOST_PASSES ((64 + DIGIT - 1) / DIGIT)
#define DIGIT_OF(bits, pass) ((bits) >> ((pass) * DIGIT) & (N_DIGITS - 1))

/* A row and the bits that it is sorted by; of a float both fit in one number. */
typedef struct {
    uint64_t bits;
    int64_t row;
} Wide;
typedef uint64_t Narrow;

#define BITS_OF_WIDE(item) ((item).bits)
#define BITS_OF_NARROW(item) ((item) >> 32)
#define ROW_OF_WIDE(item) ((item).row)
#define ROW_OF_NARROW(item) ((int64_t)((item) & UINT32_MAX))

/* Bits that rise with the number; of both zeros the same. */
static inline uint64_t rising_double(double value) {
    value += 0.0;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits ^ (-(bits >> 63) | (UINT64_C(1) << 63));
}

static inline uint32_t rising_float(float value) {
    value += 0.0f;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits ^ (-(bits >> 31) | (UINT32_C(1) << 31));
}

static inline Wide item_double(double value, int64_t row) {
    return (Wide){rising_double(value), row};
}

static inline Narrow item_float(float value, int64_t row) {
    return (Narrow)rising_float(value) << 32 | (Narrow)row;
}

/* Items of all rows, or of those whose side is the one wanted, m in number, in rising order and
 * equal ones as they come; `held` has room for 2 m of them. From the lowest digit up, every pass
 * keeps the order of the one before. */
#define DEFINE_SORT(REAL, ITEM, BITS, N_BITS)                                                     \
    static ITEM *sorted_##REAL(const REAL *values, const uint8_t *side, int wanted, int64_t n,    \
                               int64_t m, ITEM *held) {                                           \
        const int n_passes = (N_BITS + DIGIT - 1) / DIGIT;                                        \
        int64_t counts[MOST_PASSES][N_DIGITS];                                                    \
        ITEM *items = held, *spare = held + m;                                                    \
        memset(counts, 0, sizeof counts);                                                         \
        for (int64_t i = 0, next = 0; i < n; i++) {                                               \
            if (side != NULL && (side[i] != 0) != wanted) continue;                               \
            const ITEM item = item_##REAL(values[i], i);                                          \
            items[next++] = item;                                                                 \
            for (int pass = 0; pass < n_passes; pass++)                                           \
                counts[pass][DIGIT_OF(BITS(item), pass)]++;                                       \
        }                                                                                         \
        for (int pass = 0; pass < n_passes; pass++) {                                             \
            int64_t *count = counts[pass], start = 0;                                             \
            if (count[DIGIT_OF(BITS(items[0]), pass)] == m) continue;                             \
            for (int digit = 0; digit < N_DIGITS; digit++) {                                      \
                const int64_t here = count[digit];                                                \
                count[digit] = start;                                                             \
                start += here;                                                                    \
            }                                                                                     \
            for (int64_t i = 0; i < m; i++)                                                       \
                spare[count[DIGIT_OF(BITS(items[i]), pass)]++] = items[i];                        \
            ITEM *sorted = spare;                                                                 \
            spare = items;                                                                        \
            items = sorted;                                                                       \
        }                                                                                         \
        return items;                                                                             \
    }

/* Rows in rising order of their numbers, none NaN, rows of equal ones as they come; the rank of
 * every ordered row, that of ties shared. Returns the number of ranks, or 0 without memory or if
 * the rows are too many. */
#define DEFINE_ORDER(REAL, ITEM, BITS, ROW, MOST)                                                 \
    int64_t calibrant_order_##REAL(const REAL *values, int64_t n, int64_t *order, int64_t *rank) { \
        ITEM *held = n > MOST ? NULL : malloc((size_t)(2 * n) * sizeof *held);                    \
        if (held == NULL) return 0;                                                               \
        const ITEM *items = sorted_##REAL(values, NULL, 1, n, n, held);                           \
        int64_t at = 0;                                                                           \
        for (int64_t i = 0; i < n; i++) {                                                         \
            at += i > 0 && BITS(items[i]) != BITS(items[i - 1]);                                  \
            order[i] = ROW(items[i]);                                                             \
            rank[i] = at;                                                                         \
        }                                                                                         \
        free(held);                                                                               \
        return at + 1;                                                                            \
    }

DEFINE_SORT(double, Wide, BITS_OF_WIDE, 64)
DEFINE_SORT(float, Narrow, BITS_OF_NARROW, 32)
DEFINE_ORDER(double, Wide, BITS_OF_WIDE, ROW_OF_WIDE, INT64_MAX / 64)
DEFINE_ORDER(float, Narrow, BITS_OF_NARROW, ROW_OF_NARROW, UINT32_MAX)
