#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "neurons/concepts.h"
#include "neurons/packed_masks.h"
#include "neurons/quantiles.h"
#include "neurons/sparse_upsampling.h"

namespace wherefore {

/// The published definitions differ in these.
struct DissectionOptions {
  double quantile = 0.995;   ///< of a channel's activations, above which it fires
  bool upsampled = false;    ///< whether the quantile is that of the maps after they were enlarged
  bool only_labeled = true;  ///< count a channel's pixels only in images that carry a label of the category
  double least_iou = 0.04;   ///< a channel is a detector from this IoU on ("2020": above it)

  /// "2017": Bau et al., "Network dissection: quantifying interpretability of deep visual representations": the
  /// options above. "2020": Bau et al., "Understanding the role of individual units in a deep neural network": 0.99, of
  /// enlarged maps, all images. Throws Error(kUsage) for another name.
  static DissectionOptions Published(const std::string& definition);

  /// "2017" or "2020" where the options are those, but for least_iou; else what they are, in words.
  std::string Definition() const;
};

/// I / (A + G - I) of counts of pixels: of both, of the channel, of the concept. 0 where there are none.
double IntersectionOverUnion(int64_t both, int64_t channel, int64_t concept_pixels);

/// The 95th percentile of the best that each random unit reaches; 1 where there are none.
double ChancePercentile(std::vector<double> best);

/// Pixels of K channels and C concepts.
struct DissectionCounts {
  std::vector<int64_t> both;     ///< I (K, C)
  std::vector<int64_t> fired;    ///< A (K) in all images
  std::vector<int64_t> labeled;  ///< A (K, categories) in images that carry a label of the category
  std::vector<int64_t> pixels;   ///< G (C)
};

/// Network dissection: which concept's pixels each channel of a layer marks. Two passes over the same images: first
/// ObserveActivations(), for the thresholds, then CompareMasks(). Maps are enlarged bilinearly to the masks' size and a
/// channel fires where they are greater than its threshold; over all images
///   I = pixels of both, A = pixels where the channel fires, G = the concept's pixels, IoU = I / (A + G - I);
/// `only_labeled` leaves out of A the images without a pixel of the concept's category.
///
/// Memory depends on channels and concepts, not on the number of images. Activations may be on any device; counting is
/// done on the CPU, by LibTorch's threads, with the same result for any number of them.
class Dissection {
 public:
  /// Masks are (height, width). `images`: how many each pass has, or more. Throws Error(kUsage) for an empty data set,
  /// no concepts, or one that appears twice.
  Dissection(int64_t channels, std::vector<Concept> concepts, int64_t height, int64_t width, int64_t images,
             DissectionOptions options = {});

  /// The first pass: activations (N, K, h, w) of the next N images. Throws Error(kUsage) for other shapes, numbers that
  /// are not finite, more images than announced, or after the second pass has begun.
  void ObserveActivations(const at::Tensor& activations);

  /// The second pass: the same, and what is labeled in each of the N images. Throws Error(kUsage) as above, where no
  /// activations were observed, and for masks of another size or type and concepts that are not in the list.
  void CompareMasks(const at::Tensor& activations, const std::vector<ImageConcepts>& images);

  /// How many images each pass has seen: where to go on after Restore().
  int64_t observed() const { return observed_; }
  int64_t compared() const { return compared_; }

  /// The activation (K) above which each channel fires.
  at::Tensor Thresholds() const;

  /// IoU of every channel and concept (K, C), float64.
  at::Tensor Ious() const;

  /// The best concept of every channel that fired at all, the first of equally good ones; its IoU is 0 where the
  /// channel fires on no concept. Layer, data set and fingerprint are left to the caller.
  ///
  /// chance_iou: the same maps against the masks of another image each, drawn from the 32 before it; the 95th
  /// percentile, over the channels that fired, of the best IoU that comes out. It says how far size, place and number
  /// of the concepts alone carry. 1 where there was one image only: then nothing is better than chance.
  LayerConcepts Result() const;

  /// All that was seen, as tensors on the CPU. Restore() goes on from there, in a Dissection made with the same
  /// arguments: throws Error(kUsage) where they were others.
  std::map<std::string, at::Tensor> State() const;
  void Restore(const std::map<std::string, at::Tensor>& state);

 private:
  friend class CompositionSearch;  // goes on where this ends, over the same images and masks

  at::Tensor OnHost(const at::Tensor& activations, int64_t seen) const;
  void SetMapSize(int64_t map_height, int64_t map_width);
  DissectionCounts NoCounts() const;
  void AddPixels(const PackedImage& image, DissectionCounts* counts) const;
  void AddMap(int64_t channel, const float* map, const PackedImage& image, const PackedImage* other,
              SparseUpsampling::Scratch* scratch);
  /// `fires`: where the channel fires among the 64 pixels of that word of a mask.
  void AddWord(int64_t channel, int64_t word, uint64_t fires, const PackedImage& image, DissectionCounts* counts) const;
  double Iou(const DissectionCounts& counts, int64_t channel, int64_t index) const;
  std::pair<int64_t, double> Best(const DissectionCounts& counts, int64_t channel) const;
  double ChanceIou() const;
  void RestoreBefore(const std::map<std::string, at::Tensor>& state);
  std::string Settings() const;

  int64_t channels_;
  MaskPacking packing_;
  int64_t images_;
  DissectionOptions options_;

  int64_t map_height_ = 0;  ///< of the activations, 0 until some came
  int64_t map_width_ = 0;
  std::optional<SparseUpsampling> upsampling_;
  std::optional<ChannelQuantiles> quantiles_;
  at::Tensor thresholds_;  ///< from the beginning of the second pass on
  int64_t observed_ = 0;
  int64_t compared_ = 0;
  DissectionCounts counts_;
  DissectionCounts chance_;
  EarlierImages before_;  ///< images to draw another from
};

}  // namespace wherefore
