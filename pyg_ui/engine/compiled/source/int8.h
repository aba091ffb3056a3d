// The 8-bit matmul: rows of numbers from 0 to 255 times weights from -127 to 127, summed exactly.
#pragma once

#ifdef __AVX2__

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "panels.h"

constexpr int32_t kZeroPoint = 128;     // added to rounded rows, because the matmul takes numbers from 0 to 255
constexpr float kRefinement = 2 * 127;  // rounding loses at most half a step, which is 127 finer steps

// Rounds a row to whole numbers from -127 to 127 and adds the zero point; the step is the row's own. Returns the sum of
// the absolute whole numbers. This and `round_loss` equal torch's operators to the bit.
inline float round_row(const float* from, int64_t size, uint8_t* to, float& step) {
    float largest = 0, sum = 0;
#pragma omp simd reduction(max : largest)
    for (int64_t i = 0; i < size; ++i) largest = std::fabs(from[i]) > largest ? std::fabs(from[i]) : largest;
    const float own = std::fma(largest, 1.0f / 127, 1.17549435e-38f);
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < size; ++i) {
        const float number = std::nearbyint(from[i] / own);
        sum += std::fabs(number);
        to[i] = static_cast<uint8_t>(static_cast<int32_t>(number) + kZeroPoint);
    }
    step = std::isnan(sum) ? sum : own;
    return sum;
}

// Writes what rounding to `numbers` lost, in whole numbers of finer steps.
inline void round_loss(const float* from, const uint8_t* numbers, int64_t size, float step, float fine, uint8_t* to) {
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) {
        const float lost = std::fma(-static_cast<float>(numbers[i] - kZeroPoint), step, from[i]);
        to[i] = static_cast<uint8_t>(static_cast<int32_t>(std::nearbyint(lost / fine)) + kZeroPoint);
    }
}

// Rows (M, K) in fp32, each rounded by itself. One whose whole numbers sum to less than `smallest_sum` gets a second row
// with what its rounding lost; the second rows follow all others. Rows are filled up to a multiple of some inputs.
class RoundedRows {
  public:
    RoundedRows(const float* rows, int64_t num_rows, int64_t num_in, int64_t unit, float smallest_sum)
        : stride(whole(num_in, unit)), rows_(rows), num_rows_(num_rows), num_in_(num_in), smallest_sum_(smallest_sum),
          bytes_(new uint8_t[2 * num_rows * stride]), steps_(2 * num_rows), finer_(num_rows), count_(num_rows) {}

    const int64_t stride;

    // Several threads may each round some rows, all of them once. Only then can the others be called.
    void round(int64_t row) {
        const float* const from = rows_ + row * num_in_;
        uint8_t* const to = fill(row);
        if (!(round_row(from, num_in_, to, steps_[row]) < smallest_sum_)) return;
        const int64_t fine = finer_[row] = count_.fetch_add(1, std::memory_order_relaxed);
        steps_[fine] = steps_[row] / kRefinement;
        round_loss(from, to, num_in_, steps_[row], steps_[fine], fill(fine));
    }

    const uint8_t* bytes() const { return bytes_.get(); }

    // With the second rows.
    int64_t count() const { return count_.load(std::memory_order_relaxed); }

    // Writes all rows' results for a panel, from the output `begin` on, from sums (count, panel). `corrections` are what
    // a row of zeros sums to.
    template <typename Sum>
    void write(const Sum* sums, const Sum* corrections, const float* scales, int64_t begin, int64_t num_out,
               const float* bias, float* out) const {
        const int64_t size = std::min(kPanel, num_out - begin);
        const auto scale_row = [&](int64_t row, float* to) {
            for (int64_t n = 0; n < size; ++n)
                to[n] = static_cast<float>(sums[row * kPanel + n] - corrections[begin + n]) * scales[begin + n] *
                        steps_[row];
        };
        float part[kPanel];
        for (int64_t row = 0; row < num_rows_; ++row) {
            float* const to = out + row * num_out + begin;
            scale_row(row, to);
            if (finer_[row] != 0) {
                scale_row(finer_[row], part);
                for (int64_t n = 0; n < size; ++n) to[n] += part[n];  // in a second step, so that it rounds as torch does
            }
            if (bias == nullptr) continue;
            for (int64_t n = 0; n < size; ++n) to[n] += bias[begin + n];
        }
    }

  private:
    // A row's place, of which what no input fills is zero.
    uint8_t* fill(int64_t row) {
        uint8_t* const to = bytes_.get() + row * stride;
        std::memset(to + num_in_, kZeroPoint, stride - num_in_);
        return to;
    }

    const float* const rows_;
    const int64_t num_rows_, num_in_;
    const float smallest_sum_;
    const std::unique_ptr<uint8_t[]> bytes_;
    std::vector<float> steps_;
    std::vector<int64_t> finer_;  // the index of the second row; 0 where there is none
    std::atomic<int64_t> count_;
};

// Multiplies four neighbours each, unsigned times signed, and adds the results. Without VNNI pairs are added in 16 bits
// first, so weights must be paired: see int8_rounding. In assembler, because GCC would move all sums at each step.
struct Int8Sums {
    static void add(Bytes& sums, Bytes rows, Bytes weights) {
#ifdef HAS_WIDE_PANELS
        __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(rows), "v"(weights));
#elif defined(__AVXVNNI__)
        __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sums) : "x"(rows), "x"(weights));
#else
        const Bytes pairs = _mm256_maddubs_epi16(rows, weights);
        sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
        __asm__("" : "+x"(sums));  // GCC would collect pairs of several sums first, and run out of registers
#endif
    }
};

#endif
