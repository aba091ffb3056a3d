// Attention over keys and values that stand transposed, (D, T), in fp32 or bf16: of one new token, or of many.
//
// New keys and values are kept before anything sees them, so a token sees them as later ones will.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "vectors.h"

constexpr int64_t kHeadUnit = 8;  // what the size of a head is a multiple of

// One head's keys and values in one slot.
template <typename Kept>
struct Head {
    Kept *keys, *values;  // (D, T)
    int64_t stride;       // T, a multiple of kLanes, with kLanes positions behind those in use
    int64_t size;         // D
};

// Where a head's vectors of some tokens are, `stride` apart.
struct Rows {
    const float* first;
    int64_t stride;

    const float* operator[](int64_t row) const { return first + row * stride; }
};

template <typename Kept>
void keep(const Rows& rows, int64_t num_rows, int64_t size, int64_t stride, Kept* to) {
    for (int64_t i = 0; i < size; i += kHeadUnit)  // of a row's values neighbours are read together
        for (int64_t row = 0; row < num_rows; ++row)
            for (int64_t g = i; g < i + kHeadUnit; ++g) narrow(rows[row][g], to[g * stride + row]);
}

// What one new token gathers from the positions from `first` to its own, where its key and value are kept first.
template <typename Kept>
struct OneToken {
    Head<Kept> head;
    int64_t first, position;

    // `scores` has room for as many values as there are positions, and kLanes more.
    void attend(const float* query, const float* key, const float* value, float* scores, float* out) const {
        const int64_t count = position - first;
        const float own = score(query, key, scores);
        float top = own;
#pragma omp simd reduction(max : top)
        for (int64_t t = 0; t < count; ++t) top = scores[t] > top ? scores[t] : top;
        for (int64_t t = count; t < count + kLanes; ++t) scores[t] = -INFINITY;
        Floats sums{};
        for (int64_t t = 0; t < count; t += kLanes) {
            const Floats shares = exponential(load(scores + t) - top);
            store(scores + t, shares);
            sums += shares;
        }
        const float own_share = exponential(all(own - top))[0];
        gather(value, scores, own_share, 1 / (total(sums) + own_share), out);
    }

  private:
    static constexpr int kAtOnce = kHeadUnit;

    // The scores of the positions before; returns the new one's own.
    float score(const float* query, const float* key, float* scores) const {
        const int64_t count = position - first, whole = count / kLanes * kLanes;
        float own = 0;
        for (int64_t i = 0; i < head.size; i += kAtOnce) {
            Kept* const rows = head.keys + i * head.stride + first;
            Floats weights[kAtOnce];
            for (int g = 0; g < kAtOnce; ++g) weights[g] = all(query[i + g]);
            for (int64_t t = 0; t < whole; t += kLanes) {
                Floats sum = i == 0 ? Floats{} : load(scores + t);
                for (int g = 0; g < kAtOnce; ++g) sum += weights[g] * load(rows + g * head.stride + t);
                store(scores + t, sum);
            }
            for (int64_t t = whole; t < count; ++t) {
                float sum = i == 0 ? 0 : scores[t];
                for (int g = 0; g < kAtOnce; ++g) sum += query[i + g] * widen(rows[g * head.stride + t]);
                scores[t] = sum;
            }
            for (int g = 0; g < kAtOnce; ++g) {
                Kept& kept = rows[g * head.stride + count];
                narrow(key[i + g], kept);
                own += query[i + g] * widen(kept);
            }
        }
        return own;
    }

    void gather(const float* value, const float* shares, float own_share, float scale, float* out) const {
        const int64_t count = position - first, whole = count / kLanes * kLanes;
        for (int64_t i = 0; i < head.size; i += kAtOnce) {
            Kept* const rows = head.values + i * head.stride + first;
            Floats sums[kAtOnce] = {};
            for (int64_t t = 0; t < whole; t += kLanes) {
                const Floats weights = load_once(shares + t);
                for (int g = 0; g < kAtOnce; ++g) sums[g] += weights * load(rows + g * head.stride + t);
            }
            for (int g = 0; g < kAtOnce; ++g) {
                float sum = total(sums[g]);
                for (int64_t t = whole; t < count; ++t) sum += shares[t] * widen(rows[g * head.stride + t]);
                Kept& kept = rows[g * head.stride + count];
                narrow(value[i + g], kept);
                out[i + g] = (sum + own_share * widen(kept)) * scale;
            }
        }
    }
};

// What some neighbouring tokens gather, whose keys and values are kept already. Vectors begin at multiples of kLanes,
// and what a token does not see has no share: so its result does not depend on which others are in the block.
template <typename Kept>
class TokenBlock {
  public:
    static constexpr int64_t kMost = 32;

    // The tokens at the positions from `start` on; each sees `window` positions, its own among them, or all if 0.
    TokenBlock(const Head<Kept>& head, int64_t start, int64_t num_rows, int64_t window)
        : head_(head), start_(start), num_rows_(num_rows), window_(window) {
        first_ = first_seen(0) / kLanes * kLanes;
        width_ = (start + num_rows - first_ + kLanes - 1) / kLanes * kLanes;
    }

    // Room for what `attend` computes with, at most.
    static int64_t room(int64_t stride, int64_t size) { return kMost * stride + size * kColumns * kLanes; }

    void attend(const Rows& queries, float* room, float* out, int64_t out_stride) const {
        float* const scores = room;  // (rows, width)
        for (int64_t t = 0; t < width_; t += kColumns * kLanes) score(queries, t, room + kMost * width_, scores);
        float scales[kMost];
        for (int64_t row = 0; row < num_rows_; ++row) scales[row] = 1 / share(row, scores + row * width_);
        for (int64_t row = 0; row < num_rows_; row += kShares)  // whose shares stay in the nearest cache
            for (int64_t i = 0; i < head_.size; i += kValues) gather(scores, scales, row, i, out, out_stride);
    }

  private:
    // How many sums are in registers: of scores, rows times vectors of positions; of what is gathered, rows times values.
    static constexpr int kColumns = 2;
#ifdef __AVX512F__
    static constexpr int kRows = 8, kShares = 4, kValues = 4;
#else
    static constexpr int kRows = 4, kShares = 4, kValues = 2;
#endif
    const Head<Kept> head_;
    const int64_t start_, num_rows_, window_;
    int64_t first_, width_;

    int64_t first_seen(int64_t row) const {
        return window_ == 0 ? 0 : std::max<int64_t>(0, start_ + row - window_ + 1);
    }

    // The scores of all tokens for some positions, from `t` on. `keys` is room for those in fp32, (D, columns).
    void score(const Rows& queries, int64_t t, float* keys, float* scores) const {
        const bool is_whole = t + kColumns * kLanes <= width_;
        const Kept* from = head_.keys + first_ + t;
        for (int64_t i = 0; i < head_.size; ++i, from += head_.stride)
            for (int c = 0; c < kColumns; ++c)
                store(keys + (i * kColumns + c) * kLanes, c == 0 || is_whole ? load(from + c * kLanes) : Floats{});
        for (int64_t row = 0; row < num_rows_; row += kRows) {
            const float* some[kRows];
            for (int r = 0; r < kRows; ++r) some[r] = queries[std::min(row + r, num_rows_ - 1)];
            Floats sums[kRows][kColumns] = {};
            for (int64_t i = 0; i < head_.size; ++i) {
                Floats column[kColumns];
#pragma GCC unroll 8
                for (int c = 0; c < kColumns; ++c) column[c] = load(keys + (i * kColumns + c) * kLanes);
#pragma GCC unroll 8
                for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 8
                    for (int c = 0; c < kColumns; ++c) sums[r][c] += some[r][i] * column[c];
            }
            for (int r = 0; r < kRows && row + r < num_rows_; ++r)
                for (int c = 0; c < (is_whole ? kColumns : 1); ++c)
                    store(scores + (row + r) * width_ + t + c * kLanes, sums[r][c]);
        }
    }

    // Scores to shares, which are 0 for what is not seen; returns their sum.
    float share(int64_t row, float* scores) const {
        const int64_t begin = first_seen(row) - first_, end = start_ + row + 1 - first_;
        std::fill(scores, scores + begin, -INFINITY);
        std::fill(scores + end, scores + width_, -INFINITY);
        float top = scores[begin];
#pragma omp simd reduction(max : top)
        for (int64_t t = begin; t < end; ++t) top = scores[t] > top ? scores[t] : top;
        Floats sums{};
        for (int64_t t = 0; t < width_; t += kLanes) {
            const Floats shares = exponential(load(scores + t) - top);
            store(scores + t, shares);
            sums += shares;
        }
        return total(sums);
    }

    // Some values of some tokens.
    void gather(const float* shares, const float* scales, int64_t row, int64_t i, float* out, int64_t stride) const {
        const float* some[kShares];
        for (int r = 0; r < kShares; ++r) some[r] = shares + std::min(row + r, num_rows_ - 1) * width_;
        const Kept* const values = head_.values + i * head_.stride + first_;
        Floats sums[kShares][kValues] = {};
        for (int64_t t = 0; t < width_; t += kLanes) {
            Floats column[kValues];
#pragma GCC unroll 8
            for (int v = 0; v < kValues; ++v) column[v] = load(values + v * head_.stride + t);
#pragma GCC unroll 8
            for (int r = 0; r < kShares; ++r) {
                const Floats weights = load_once(some[r] + t);
#pragma GCC unroll 8
                for (int v = 0; v < kValues; ++v) sums[r][v] += weights * column[v];
            }
        }
        for (int r = 0; r < kShares && row + r < num_rows_; ++r)
            for (int v = 0; v < kValues; ++v) out[(row + r) * stride + i + v] = total(sums[r][v]) * scales[row + r];
    }
};
