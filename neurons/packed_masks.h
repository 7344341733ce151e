#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// Something that pixels can be labeled with.
struct Concept {
  std::string name;      ///< "red"
  std::string category;  ///< "color"
};

/// "'red' (color)".
std::string ConceptText(const Concept& item);

/// What is labeled in an image.
struct ImageConcepts {
  std::vector<int64_t> concepts;  ///< indices into the list of concepts, each at most once
  at::Tensor masks;               ///< bool (concepts.size(), H, W); may be undefined where there are none
};

/// How many bits are 1.
int64_t BitCount(uint64_t x);

/// Masks as bits: of every concept H rows of words, the lowest bit on the left.
struct PackedImage {
  std::vector<int64_t> concepts;
  std::vector<uint64_t> bits;
  std::vector<int64_t> pixels;      ///< of each concept
  std::vector<int64_t> categories;  ///< those that are labeled, each once
};

/// Packs the masks of a data set's images.
class MaskPacking {
 public:
  /// Masks are (height, width). Throws Error(kUsage) where they have no pixels, for no concepts, one that appears twice
  /// and one without a name.
  MaskPacking(std::vector<Concept> concepts, int64_t height, int64_t width);

  const std::vector<Concept>& concepts() const { return concepts_; }
  std::size_t categories() const { return categories_.size(); }
  std::size_t CategoryOf(int64_t index) const { return category_of_[static_cast<std::size_t>(index)]; }
  int64_t height() const { return height_; }
  int64_t width() const { return width_; }
  int64_t words_of_row() const { return words_; }
  int64_t words() const { return height_ * words_; }  ///< of a concept's mask

  /// Throws Error(kUsage) for masks of another size or type and for concepts that are not in the list, or twice.
  PackedImage Pack(const ImageConcepts& image) const;

  /// The image that these were of; concepts are in the list, and there are words() words for each.
  PackedImage Repacked(std::vector<int64_t> concepts, std::vector<uint64_t> bits) const;

 private:
  void Describe(PackedImage* image) const;

  std::vector<Concept> concepts_;
  std::vector<std::string> categories_;
  std::vector<std::size_t> category_of_;  ///< of a concept
  int64_t height_;
  int64_t width_;
  int64_t words_;
};

/// The last images of a pass, from which chance draws the masks of another image: the same ones in every pass.
class EarlierImages {
 public:
  using Image = std::shared_ptr<const PackedImage>;

  /// One of the 32 images before image `index` of the pass; null for the first.
  Image DrawFor(int64_t index) const;
  void Add(Image image);
  const std::deque<Image>& kept() const { return kept_; }

 private:
  std::deque<Image> kept_;
};

}  // namespace wherefore
