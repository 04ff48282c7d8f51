/* Looks along rows of numbers of one type, REAL: whether they are distributions, and their greatest
 * entries. Included by kernel.c, once for each. What is found does not depend on the processor. */

/* Whether all numbers lie in [0, 1]; false for NaN. */
static inline int NAME(all_shares)(const REAL *values, int64_t n) {
    int32_t outside = 0;
    for (int64_t j = 0; j < n; j++) outside |= !(values[j] >= 0) | !(values[j] <= 1);
    return !outside;
}

/* Whether the entries of a row lie in [0, 1] and their sum in [low, high]; false for NaN.
 *
 * Parts of the sum are taken in REAL: it is right within 64 units of rounding.
 */
static inline int NAME(is_clean)(const REAL *row, int64_t k, double low, double high) {
    double sum = 0;
    REAL least = row[0], most = row[0];
    for (int64_t start = 0; start < k; start += 256) {
        const int64_t end = k - start < 256 ? k : start + 256;
        REAL part = 0;
#pragma omp simd reduction(+ : part) reduction(min : least) reduction(max : most)
        for (int64_t j = start; j < end; j++) {
            part += row[j];
            least = row[j] < least ? row[j] : least;
            most = row[j] > most ? row[j] : most;
        }
        sum += part;
    }
    return least >= 0 && most <= 1 && sum >= low && sum <= high; /* the sum of NaN is NaN */
}

/* The same of as many rows as there are lanes, of a few entries each. */
static inline int NAME(are_clean)(const REAL *rows, int64_t k, double low, double high) {
    REAL sum[LANES] = {0}, least[LANES] = {0}, most[LANES] = {0};
    for (int64_t j = 0; j < k; j++)
        for (int i = 0; i < LANES; i++) {
            const REAL entry = rows[i * k + j];
            sum[i] += entry;
            least[i] = entry < least[i] ? entry : least[i];
            most[i] = entry > most[i] ? entry : most[i];
        }
    int32_t good = 1;
    for (int i = 0; i < LANES; i++)
        good &= (least[i] >= 0) & (most[i] <= 1) & (sum[i] >= low) & (sum[i] <= high);
    return good;
}

/* Whether every entry lies in [0, 1], and the sum of every row of several in [low, high]. */
SCAN int NAME(calibrant_clean)(const REAL *values, int64_t n, int64_t k, double low, double high) {
    int64_t i = 0;
    if (k == 1) {
        for (; i < n; i += CACHED)
            if (!NAME(all_shares)(values + i, n - i < CACHED ? n - i : CACHED)) return 0;
        return 1;
    }
    i = NAME(few_clean)(values, n, k, low, high);
    if (i < 0) return 0;
    for (; k < FEW && i + LANES <= n; i += LANES)
        if (!NAME(are_clean)(values + i * k, k, low, high)) return 0;
    for (; i < n; i++)
        if (!NAME(is_clean)(values + i * k, k, low, high)) return 0;
    return 1;
}

/* Index of the first greatest entry of a row; -1 if one is NaN. */
static inline int64_t NAME(first_greatest)(const REAL *row, int64_t k) {
    REAL best = row[0];
    int64_t at = 0;
    int32_t undefined = 0;
    for (int64_t start = 0; start < k; start += BLOCK) {
        const int64_t end = k - start < BLOCK ? k : start + BLOCK;
        REAL most = row[start];
#pragma omp simd reduction(max : most) reduction(| : undefined)
        for (int64_t j = start; j < end; j++) {
            undefined |= row[j] != row[j];
            most = row[j] > most ? row[j] : most;
        }
        at = most > best ? start : at;
        best = most > best ? most : best;
    }
    if (undefined) return -1;
    while (at < k - 1 && row[at] != best) at++;
    return at;
}

/* The same of as many rows as there are lanes, of a few entries each; 0 if one is NaN. */
static inline int NAME(first_greatest_of_few)(const REAL *rows, int64_t k, REAL *top,
                                              int64_t *index) {
    REAL best[LANES];
    int32_t at[LANES] = {0}, undefined[LANES];
    for (int i = 0; i < LANES; i++) {
        best[i] = rows[i * k];
        undefined[i] = best[i] != best[i];
    }
    for (int32_t j = 1; j < k; j++)
        for (int i = 0; i < LANES; i++) {
            const REAL entry = rows[i * k + j];
            undefined[i] |= entry != entry;
            at[i] = entry > best[i] ? j : at[i];
            best[i] = entry > best[i] ? entry : best[i];
        }
    int32_t any = 0;
    for (int i = 0; i < LANES; i++) {
        any |= undefined[i];
        top[i] = best[i];
        index[i] = at[i];
    }
    return !any;
}

/* Greatest entry of every row and its index, the first of equal ones; 0 if some entry is NaN. */
SCAN int NAME(calibrant_tops)(const REAL *values, int64_t n, int64_t k, REAL *top, int64_t *index) {
    int64_t i = NAME(few_tops)(values, n, k, top, index);
    if (i < 0) return 0;
    for (; k < FEW && i + LANES <= n; i += LANES)
        if (!NAME(first_greatest_of_few)(values + i * k, k, top + i, index + i)) return 0;
    for (; i < n; i++) {
        index[i] = NAME(first_greatest)(values + i * k, k);
        if (index[i] < 0) return 0;
        top[i] = values[i * k + index[i]];
    }
    return 1;
}

/* Index of the first greatest entry of a row that is_clean finds good, or -1.
 *
 * Which part holds it is told while it is read; all of that part is looked at again, as a branch
 * where it is found would be guessed wrong in most rows, and hold up the reading of the next.
 */
static inline int64_t NAME(clean_top)(const REAL *row, int64_t k, double low, double high) {
    double sum = 0;
    REAL least = row[0], best = row[0];
    int64_t at = 0;
    for (int64_t start = 0; start < k; start += LOOKED) {
        const int64_t end = k - start < LOOKED ? k : start + LOOKED;
        REAL part = 0, most = row[start];
#pragma omp simd reduction(+ : part) reduction(min : least) reduction(max : most)
        for (int64_t j = start; j < end; j++) {
            part += row[j];
            least = row[j] < least ? row[j] : least;
            most = row[j] > most ? row[j] : most;
        }
        sum += part;
        at = most > best ? start : at;
        best = most > best ? most : best;
    }
    if (!(least >= 0 && best <= 1 && sum >= low && sum <= high)) return -1;
    const int32_t size = (int32_t)(k - at < LOOKED ? k - at : LOOKED);
    int32_t first = size;
#pragma omp simd reduction(min : first)
    for (int32_t j = 0; j < size; j++) {
        const int32_t here = row[at + j] == best ? j : size;
        first = here < first ? here : first;
    }
    return at + first;
}

/* Looks as calibrant_clean and calibrant_tops do, once; 0 where an entry or a row is not good. */
SCAN int NAME(calibrant_clean_tops)(const REAL *values, int64_t n, int64_t k, double low,
                                    double high, REAL *top, int32_t *index) {
    int64_t i = NAME(few_clean_tops)(values, n, k, low, high, top, index);
    if (i < 0) return 0;
    for (; k < FEW && i + LANES <= n; i += LANES) {
        int64_t at[LANES];
        if (!NAME(are_clean)(values + i * k, k, low, high)) return 0;
        NAME(first_greatest_of_few)(values + i * k, k, top + i, at);
        for (int j = 0; j < LANES; j++) index[i + j] = (int32_t)at[j];
    }
    for (; i < n; i++) {
        const int64_t at = NAME(clean_top)(values + i * k, k, low, high);
        if (at < 0) return 0;
        index[i] = (int32_t)at;
        top[i] = values[i * k + at];
    }
    return 1;
}
