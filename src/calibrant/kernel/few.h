/* Rows of a few floats, with the registers of four floats that every x86-64 has, or of eight
 * where the processor is found to have them.
 *
 * All functions return how many rows they have looked at, 0 where they cannot, or -1 if they have
 * found what their name excludes. The last four entries of a row are read as one, whatever the
 * number of classes.
 */

#if defined(__SSE2__) && defined(__GNUC__)
#include <immintrin.h>

#include "abreast.h"

static inline __m128 across(__m128 a, int pairs) {
    return pairs ? _mm_shuffle_ps(a, a, 0xB1) : _mm_shuffle_ps(a, a, 0x4E);
}

/* Rows whose greatest entry and its first index were found; -1 if an entry is NaN. */
static int64_t few_tops_float(const float *values, int64_t n, int64_t k, float *top,
                              int64_t *index) {
    if (k < 4 || k >= FEW) return 0;
    __m128 undefined = _mm_setzero_ps();
    for (int64_t i = 0; i < n; i++) {
        const float *row = values + i * k;
        const __m128 end = _mm_loadu_ps(row + k - 4);
        __m128 most = end;
        undefined = _mm_or_ps(undefined, _mm_cmpunord_ps(end, end));
        for (int64_t j = 0; j < k - 4; j += 4) {
            const __m128 part = _mm_loadu_ps(row + j);
            most = _mm_max_ps(most, part);
            undefined = _mm_or_ps(undefined, _mm_cmpunord_ps(part, part));
        }
        most = _mm_max_ps(most, across(most, 0));
        most = _mm_max_ps(most, across(most, 1));
        uint32_t equal = 0x80000000u; /* a bit beyond the last class */
        equal |= (uint32_t)_mm_movemask_ps(_mm_cmpeq_ps(end, most)) << (k - 4);
        for (int64_t j = 0; j < k - 4; j += 4)
            equal |= (uint32_t)_mm_movemask_ps(_mm_cmpeq_ps(_mm_loadu_ps(row + j), most)) << j;
        const int64_t first = __builtin_ctz(equal);
        index[i] = first;
        top[i] = row[first < k ? first : 0];
    }
    return _mm_movemask_ps(undefined) ? -1 : n;
}

/* Rows whose entries lie in [0, 1] and sum to [low, high]; -1 if some do not. */
static int64_t few_clean_float(const float *values, int64_t n, int64_t k, double low,
                               double high) {
    static const uint32_t all[7] = {0, 0, 0, ~0u, ~0u, ~0u, ~0u};
    if (k < 4 || k >= FEW) return 0;
    const int64_t whole = (k - 1) / 4 * 4; /* entries before the last register, or within it */
    const __m128 fresh = _mm_loadu_ps((const float *)all + (k - whole) - 1);
    const __m128 least_sum = _mm_set1_ps((float)low), most_sum = _mm_set1_ps((float)high);
    __m128 least = _mm_setzero_ps(), most = least, good = _mm_cmpeq_ps(least, least);
    for (int64_t i = 0; i < n; i++) {
        const float *row = values + i * k;
        const __m128 end = _mm_loadu_ps(row + k - 4);
        __m128 sum = _mm_and_ps(end, fresh); /* those that no other register holds */
        least = _mm_min_ps(end, least);
        most = _mm_max_ps(end, most);
        for (int64_t j = 0; j < whole; j += 4) {
            const __m128 part = _mm_loadu_ps(row + j);
            sum = _mm_add_ps(sum, part);
            least = _mm_min_ps(part, least);
            most = _mm_max_ps(part, most);
        }
        sum = _mm_add_ps(sum, across(sum, 0));
        sum = _mm_add_ps(sum, across(sum, 1));
        good = _mm_and_ps(good, _mm_and_ps(_mm_cmpge_ps(sum, least_sum),
                                           _mm_cmple_ps(sum, most_sum))); /* false for NaN */
    }
    good = _mm_and_ps(good, _mm_cmpge_ps(least, _mm_setzero_ps()));
    good = _mm_and_ps(good, _mm_cmple_ps(most, _mm_set1_ps(1)));
    return _mm_movemask_ps(good) == 15 ? n : -1;
}

/* Both at once, for rows that are good; -1 if some are not. */
static int64_t few_clean_tops_float(const float *values, int64_t n, int64_t k, double low,
                                    double high, float *top, int32_t *index) {
    static const uint32_t all[7] = {0, 0, 0, ~0u, ~0u, ~0u, ~0u};
    if (k < 4 || k >= FEW) return 0;
    const int64_t abreast = abreast_clean_tops(values, n, k, low, high, top, index);
    if (abreast) return abreast;
    const int64_t whole = (k - 1) / 4 * 4;
    const __m128 fresh = _mm_loadu_ps((const float *)all + (k - whole) - 1);
    const __m128 least_sum = _mm_set1_ps((float)low), most_sum = _mm_set1_ps((float)high);
    __m128 least = _mm_setzero_ps(), highest = least, good = _mm_cmpeq_ps(least, least);
    for (int64_t i = 0; i < n; i++) {
        const float *row = values + i * k;
        const __m128 end = _mm_loadu_ps(row + k - 4);
        __m128 sum = _mm_and_ps(end, fresh), most = end;
        least = _mm_min_ps(end, least);
        for (int64_t j = 0; j < whole; j += 4) {
            const __m128 part = _mm_loadu_ps(row + j);
            sum = _mm_add_ps(sum, part);
            least = _mm_min_ps(part, least);
            most = _mm_max_ps(most, part);
        }
        sum = _mm_add_ps(sum, across(sum, 0));
        sum = _mm_add_ps(sum, across(sum, 1));
        most = _mm_max_ps(most, across(most, 0));
        most = _mm_max_ps(most, across(most, 1));
        highest = _mm_max_ps(most, highest);
        good = _mm_and_ps(good, _mm_and_ps(_mm_cmpge_ps(sum, least_sum),
                                           _mm_cmple_ps(sum, most_sum))); /* false for NaN */
        uint32_t equal = 0x80000000u;
        equal |= (uint32_t)_mm_movemask_ps(_mm_cmpeq_ps(end, most)) << (k - 4);
        for (int64_t j = 0; j < whole; j += 4)
            equal |= (uint32_t)_mm_movemask_ps(_mm_cmpeq_ps(_mm_loadu_ps(row + j), most)) << j;
        index[i] = __builtin_ctz(equal);
        _mm_store_ss(top + i, most);
    }
    good = _mm_and_ps(good, _mm_cmpge_ps(least, _mm_setzero_ps()));
    good = _mm_and_ps(good, _mm_cmple_ps(highest, _mm_set1_ps(1)));
    return _mm_movemask_ps(good) == 15 ? n : -1;
}

#else
int64_t calibrant_abreast(int64_t most) { return most < 1 ? most : 1; }

#define few_clean_tops_float(values, n, k, low, high, top, index) 0
#define few_tops_float(values, n, k, top, index) 0
#define few_clean_float(values, n, k, low, high) 0
#endif

#define few_tops_double(values, n, k, top, index) 0
#define few_clean_tops_double(values, n, k, low, high, top, index) 0
#define few_clean_double(values, n, k, low, high) 0
