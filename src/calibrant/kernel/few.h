/* Rows of a few floats, with the registers of four floats that every x86-64 has, or of eight
 * where the processor is found to have them.
 *
 * All functions return how many rows they have looked at, 0 where they cannot, or -1 if they have
 * found what their name excludes. The last four entries of a row are read as one, whatever the
 * number of classes.
 */

#if defined(__SSE2__) && defined(__GNUC__)
#include <immintrin.h>

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

/* The same of two rows at a time, each in one half of wider registers, of up to 16 entries. */
__attribute__((target("avx2"))) static inline __m256 of_two(const float *row, int64_t k) {
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(row)), _mm_loadu_ps(row + k), 1);
}

/* `blocks` registers of a row before its last one. Sums are added in the order of one row. */
__attribute__((target("avx2"), always_inline)) static inline int all_pairs(
    const float *values, int64_t n, int64_t k, float low, float high, float *top, int32_t *index,
    const int blocks) {
    static const uint32_t all[7] = {0, 0, 0, ~0u, ~0u, ~0u, ~0u};
    const __m128 own = _mm_loadu_ps((const float *)all + (k - 4 * blocks) - 1);
    const __m256 fresh = _mm256_set_m128(own, own), zero = _mm256_setzero_ps();
    const __m256 least_sum = _mm256_set1_ps(low), most_sum = _mm256_set1_ps(high);
    const uint32_t twice = (uint32_t)(4 * blocks - (k - 4)); /* entries in two registers */
    __m256 least = zero, highest = zero, good = _mm256_cmp_ps(zero, zero, _CMP_EQ_OQ);
    for (int64_t i = 0; i < n; i += 2) {
        i = i + 2 > n ? n - 2 : i; /* of an odd number one row is looked at twice */
        const float *row = values + i * k;
        __m256 part[4], equal[4];
        for (int b = 0; b < blocks; b++) part[b] = of_two(row + 4 * b, k);
        part[blocks] = of_two(row + k - 4, k);
        __m256 sum = _mm256_and_ps(part[blocks], fresh), most = part[blocks];
        least = _mm256_min_ps(most, least);
        for (int b = 0; b < blocks; b++) {
            sum = _mm256_add_ps(sum, part[b]);
            least = _mm256_min_ps(part[b], least);
            most = _mm256_max_ps(most, part[b]);
        }
        sum = _mm256_add_ps(sum, _mm256_permute_ps(sum, 0x4E));
        sum = _mm256_add_ps(sum, _mm256_permute_ps(sum, 0xB1));
        most = _mm256_max_ps(most, _mm256_permute_ps(most, 0x4E));
        most = _mm256_max_ps(most, _mm256_permute_ps(most, 0xB1));
        highest = _mm256_max_ps(most, highest);
        good = _mm256_and_ps(good, _mm256_and_ps(_mm256_cmp_ps(sum, least_sum, _CMP_GE_OQ),
                                                 _mm256_cmp_ps(sum, most_sum, _CMP_LE_OQ)));
        for (int b = 0; b < 4; b++)
            equal[b] = b <= blocks ? _mm256_cmp_ps(part[b], most, _CMP_EQ_OQ) : zero;
        const __m256i bytes = _mm256_packs_epi16(
            _mm256_packs_epi32(_mm256_castps_si256(equal[0]), _mm256_castps_si256(equal[1])),
            _mm256_packs_epi32(_mm256_castps_si256(equal[2]), _mm256_castps_si256(equal[3])));
        const uint32_t bits = (uint32_t)_mm256_movemask_epi8(bytes);
        for (int half = 0; half < 2; half++) {
            const uint32_t at = (uint32_t)__builtin_ctz(bits >> 16 * half | 1u << 15);
            index[i + half] = (int32_t)(at - (at >= 4u * (uint32_t)blocks ? twice : 0));
        }
        _mm_store_ss(top + i, _mm256_castps256_ps128(most));
        _mm_store_ss(top + i + 1, _mm256_extractf128_ps(most, 1));
    }
    good = _mm256_and_ps(good, _mm256_cmp_ps(least, zero, _CMP_GE_OQ));
    good = _mm256_and_ps(good, _mm256_cmp_ps(highest, _mm256_set1_ps(1), _CMP_LE_OQ));
    return _mm256_movemask_ps(good) == 255;
}

__attribute__((target("avx2"))) static int64_t pairs_clean_tops(const float *values, int64_t n,
                                                                int64_t k, double low, double high,
                                                                float *top, int32_t *index) {
    const float from = (float)low, to = (float)high;
    int good = 0;
    switch ((k - 1) / 4) {
    case 0: good = all_pairs(values, n, k, from, to, top, index, 0); break;
    case 1: good = all_pairs(values, n, k, from, to, top, index, 1); break;
    case 2: good = all_pairs(values, n, k, from, to, top, index, 2); break;
    default: good = all_pairs(values, n, k, from, to, top, index, 3);
    }
    return good ? n : -1;
}

/* Both at once, for rows that are good; -1 if some are not. */
static int64_t few_clean_tops_float(const float *values, int64_t n, int64_t k, double low,
                                    double high, float *top, int32_t *index) {
    static const uint32_t all[7] = {0, 0, 0, ~0u, ~0u, ~0u, ~0u};
    if (k < 4 || k >= FEW) return 0;
    if (k <= 16 && n > 1 && __builtin_cpu_supports("avx2"))
        return pairs_clean_tops(values, n, k, low, high, top, index);
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
#define few_clean_tops_float(values, n, k, low, high, top, index) 0
#define few_tops_float(values, n, k, top, index) 0
#define few_clean_float(values, n, k, low, high) 0
#endif

#define few_tops_double(values, n, k, top, index) 0
#define few_clean_tops_double(values, n, k, low, high, top, index) 0
#define few_clean_double(values, n, k, low, high) 0
