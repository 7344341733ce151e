#include "neurons/packed_masks.h"

#include <algorithm>
#include <set>
#include <utility>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "neurons/parallel.h"

namespace wherefore {
namespace {

constexpr int64_t kWordBits = 64;
constexpr std::size_t kKept = 32;

/// Eight pixels as the lowest bits, the first the lowest.
uint64_t EightBits(const bool* pixels) {
  uint64_t bytes = 0;
  for (unsigned i = 0; i < 8; ++i) bytes |= static_cast<uint64_t>(pixels[i]) << (8 * i);
  return (bytes * 0x0102040810204080ULL) >> 56U;  // moves bit 8 i to bit 56 + i, what else arises below or out
}

std::string SizeText(at::IntArrayRef sizes) { return "(" + ListedNumbers(sizes.vec()) + ")"; }

}  // namespace

std::string ConceptText(const Concept& item) { return "'" + item.name + "' (" + item.category + ")"; }

// Without the processor's own instruction, which the oldest of x86-64 lack.
int64_t BitCount(uint64_t x) {
  x -= (x >> 1U) & 0x5555555555555555ULL;
  x = (x & 0x3333333333333333ULL) + ((x >> 2U) & 0x3333333333333333ULL);
  x = (x + (x >> 4U)) & 0x0F0F0F0F0F0F0F0FULL;
  return static_cast<int64_t>((x * 0x0101010101010101ULL) >> 56U);
}

MaskPacking::MaskPacking(std::vector<Concept> concepts, int64_t height, int64_t width)
    : concepts_(std::move(concepts)), height_(height), width_(width), words_((width + kWordBits - 1) / kWordBits) {
  if (height < 1 || width < 1) ThrowUsage("masks of size " + SizeText({height, width}) + " have no pixels");
  if (concepts_.empty()) ThrowUsage("the list of concepts is empty");
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& item : concepts_) {
    if (item.name.empty()) ThrowUsage("the list of concepts holds one without a name");
    if (!seen.emplace(item.category, item.name).second) {
      ThrowUsage("the concept " + ConceptText(item) + " appears twice");
    }
    auto category = std::find(categories_.begin(), categories_.end(), item.category);
    if (category == categories_.end()) category = categories_.insert(categories_.end(), item.category);
    category_of_.push_back(Index(category - categories_.begin()));
  }
}

PackedImage MaskPacking::Pack(const ImageConcepts& image) const {
  const auto count = static_cast<int64_t>(image.concepts.size());
  PackedImage packed;
  for (const int64_t index : image.concepts) {
    if (index < 0 || index >= static_cast<int64_t>(concepts_.size())) {
      ThrowUsage("an image is labeled with concept " + std::to_string(index) + ", but the list has " +
                 std::to_string(concepts_.size()) + " concepts");
    }
    const bool twice = std::count(image.concepts.begin(), image.concepts.end(), index) > 1;
    if (twice) ThrowUsage("an image is labeled with " + ConceptText(concepts_[Index(index)]) + " twice");
  }
  if (count == 0 && !(image.masks.defined() && image.masks.numel() > 0)) return packed;
  const std::vector<int64_t> wanted = {count, height_, width_};
  if (!image.masks.defined() || image.masks.sizes() != at::IntArrayRef(wanted)) {
    ThrowUsage("the masks of an image must be " + SizeText(wanted) + ", one for each of its concepts, but are " +
               (image.masks.defined() ? SizeText(image.masks.sizes()) : "missing"));
  }
  if (image.masks.scalar_type() != at::kBool) ThrowUsage("masks must be boolean");
  packed.concepts = image.concepts;
  packed.bits.assign(Index(count * words()), 0);
  const auto masks = image.masks.to(at::kCPU).contiguous();
  const bool* pixels = masks.data_ptr<bool>();
  for (int64_t row = 0; row < count * height_; ++row, pixels += width_) {
    uint64_t* const words = packed.bits.data() + row * words_;
    int64_t x = 0;
    for (; x + 8 <= width_; x += 8) words[x / kWordBits] |= EightBits(pixels + x) << (x % kWordBits);
    for (; x < width_; ++x) words[x / kWordBits] |= static_cast<uint64_t>(pixels[x]) << (x % kWordBits);
  }
  Describe(&packed);
  return packed;
}

PackedImage MaskPacking::Repacked(std::vector<int64_t> concepts, std::vector<uint64_t> bits) const {
  PackedImage packed;
  packed.concepts = std::move(concepts);
  packed.bits = std::move(bits);
  Describe(&packed);
  return packed;
}

void MaskPacking::Describe(PackedImage* image) const {
  const auto words = static_cast<std::ptrdiff_t>(height_ * words_);
  auto next = image->bits.cbegin();
  for (const int64_t index : image->concepts) {
    int64_t pixels = 0;
    for (const auto end = next + words; next != end; ++next) pixels += BitCount(*next);
    image->pixels.push_back(pixels);
    const auto category = static_cast<int64_t>(CategoryOf(index));
    auto& labeled = image->categories;
    const bool known = std::find(labeled.begin(), labeled.end(), category) != labeled.end();
    if (pixels > 0 && !known) labeled.push_back(category);
  }
}

EarlierImages::Image EarlierImages::DrawFor(int64_t index) const {
  // Steps that have no period of their own among 32 images: the golden section of 64 bits.
  const uint64_t drawn = (static_cast<uint64_t>(index) * 0x9E3779B97F4A7C15ULL) >> 32U;
  return kept_.empty() ? nullptr : kept_[drawn % kept_.size()];
}

void EarlierImages::Add(Image image) {
  kept_.push_back(std::move(image));
  if (kept_.size() > kKept) kept_.pop_front();
}

}  // namespace wherefore
