#include "tools/scenes/scene_canvas.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "tools/photographs/opencv_tensor.h"
#include "tools/scenes/shape_outline.h"

namespace wherefore {
namespace {

/// The colours of ValuesOf(Attribute::kColor), RGB.
const cv::Vec3f kColors[] = {{212, 38, 38},  {240, 138, 28}, {236, 218, 48}, {46, 156, 62},
                             {64, 204, 214}, {44, 82, 204},  {136, 56, 172}, {240, 142, 184}};

constexpr int kFine = 4;  // outlines are drawn this much larger, then averaged: soft edges

enum Pattern { kPlain, kStriped, kDotted, kChecked };

float Brightness(const cv::Vec3f& color) { return 0.299F * color[0] + 0.587F * color[1] + 0.114F * color[2]; }

cv::Vec3f Mixed(const cv::Vec3f& a, const cv::Vec3f& b, float share_of_b) {
  return a * (1 - share_of_b) + b * share_of_b;
}

/// What patterns are drawn in: a darker shade of bright colours, a lighter one of dark ones.
cv::Vec3f PatternColor(const cv::Vec3f& color) {
  return Brightness(color) > 110 ? Mixed(color, {0, 0, 0}, 0.6F) : Mixed(color, {255, 255, 255}, 0.65F);
}

/// Whether a pattern has its second colour at (u, v), in units of the object's radius round its centre.
bool IsMarked(int pattern, double u, double v) {
  switch (pattern) {
    case kStriped:
      return v - 0.46 * std::floor(v / 0.46) < 0.22;
    case kDotted: {
      constexpr double cell = 0.5;
      return std::hypot(u - cell * std::round(u / cell), v - cell * std::round(v / cell)) < 0.155;
    }
    case kChecked:
      return (static_cast<int>(std::floor(u / 0.4)) + static_cast<int>(std::floor(v / 0.4))) % 2 == 0;
    default:
      return false;
  }
}

/// Smooth noise from 0 to 1: random values on grids of several finenesses, enlarged and added up.
cv::Mat SmoothNoise(Random& random, int size, const std::vector<int>& grids) {
  cv::Mat noise = cv::Mat::zeros(size, size, CV_32F);
  float weight = 0.5F;
  for (const int cells : grids) {
    cv::Mat grid(cells, cells, CV_32F);
    for (int i = 0; i < cells * cells; ++i) grid.at<float>(i / cells, i % cells) = static_cast<float>(random.Uniform());
    cv::Mat large;
    cv::resize(grid, large, noise.size(), 0, 0, cv::INTER_CUBIC);
    noise += weight * large;
    weight /= 2;
  }
  return noise;
}

/// Greyish, so that it is none of the objects' colours.
cv::Vec3f MutedColor(Random& random) {
  const double grey = random.Uniform(60, 205);
  cv::Vec3f color;
  for (int c = 0; c < 3; ++c) color[c] = static_cast<float>(grey + random.Uniform(-16, 16));
  return color;
}

/// Draws one number after the other: the order in which arguments are computed is the compiler's choice.
cv::Point RandomPoint(Random& random, int width, int height) {
  const int y = random.Below(height);
  const int x = random.Below(width);
  return {x, y};
}

/// Lines and blotches that are no objects.
void PaintClutter(Random& random, cv::Mat& colors) {
  const int size = colors.rows;
  const int count = random.Between(3, 9);
  for (int i = 0; i < count; ++i) {
    const auto color = MutedColor(random);
    const cv::Scalar scalar(color[0], color[1], color[2]);
    const auto from = RandomPoint(random, size, size);
    if (random.Chance(0.6)) {
      const int thickness = random.Between(1, size / 64);
      const int to_x = random.Below(size);
      const int to_y = random.Below(size);
      cv::line(colors, from, {to_x, to_y}, scalar, thickness);
    } else {
      const cv::Point axes = RandomPoint(random, size / 12 - 1, size / 12 - 1) + cv::Point(2, 2);
      cv::ellipse(colors, from, cv::Size(axes), random.Below(180), 0, 360, scalar, cv::FILLED);
    }
  }
}

std::vector<cv::Point> OnPixels(const std::vector<OutlinePoint>& outline, const SceneObject& object, cv::Point origin) {
  constexpr double kFraction = 16;  // fillPoly's four binary places
  std::vector<cv::Point> points;
  for (const auto& point : outline) {
    const double x = point.x * std::cos(object.angle) - point.y * std::sin(object.angle);
    const double y = point.x * std::sin(object.angle) + point.y * std::cos(object.angle);
    points.emplace_back(static_cast<int>(std::lround((object.x + x * object.radius - origin.x) * kFine * kFraction)),
                        static_cast<int>(std::lround((object.y + y * object.radius - origin.y) * kFine * kFraction)));
  }
  return points;
}

}  // namespace

/// What has been painted so far.
struct SceneCanvas::Images {
  cv::Mat colors;    ///< CV_32FC3: RGB, 0 to 255, before light and noise
  cv::Mat owners;    ///< CV_8U, as Mask() would be if all objects were painted
  cv::Mat shown;     ///< CV_8U, Mask()
  cv::Point shadow;  ///< by which shadows lie off their objects
};

/// The part of the picture round an object.
struct SceneCanvas::Patch {
  cv::Rect place;  ///< within the picture
  cv::Mat alpha;   ///< CV_8U: how much of each pixel the object covers

  bool Covers(int y, int x) const { return alpha.at<uchar>(y, x) >= 128; }
};

SceneCanvas::SceneCanvas(Random& random, int size) : random_(random), size_(size), images_(std::make_unique<Images>()) {
  images_->owners = cv::Mat::zeros(size, size, CV_8U);
  images_->shown = cv::Mat::zeros(size, size, CV_8U);
  const auto first = MutedColor(random);
  const auto second = MutedColor(random);
  const auto noise = SmoothNoise(random, size, {3, 8, 24});
  images_->colors.create(size, size, CV_32FC3);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      images_->colors.at<cv::Vec3f>(y, x) = Mixed(first, second, std::clamp(noise.at<float>(y, x), 0.0F, 1.0F));
    }
  }
  PaintClutter(random, images_->colors);
  images_->shadow = {random.Between(-size / 32, size / 32), random.Between(1, size / 32)};
}

SceneCanvas::~SceneCanvas() = default;

SceneCanvas::Patch SceneCanvas::CutOut(const SceneObject& object) const {
  const auto reach = static_cast<int>(std::ceil(object.radius)) + 1;
  const cv::Rect around(static_cast<int>(object.x) - reach, static_cast<int>(object.y) - reach, 2 * reach + 1,
                        2 * reach + 1);
  Patch patch;
  patch.place = around & cv::Rect(0, 0, size_, size_);
  cv::Mat fine = cv::Mat::zeros(patch.place.size() * kFine, CV_8U);
  const auto& outline = OutlineOf(object.Of(Attribute::kShape));
  cv::fillPoly(fine, std::vector<std::vector<cv::Point>>{OnPixels(outline.filled, object, patch.place.tl())}, 255,
               cv::LINE_8, 4);
  if (!outline.cut.empty()) {
    cv::fillPoly(fine, std::vector<std::vector<cv::Point>>{OnPixels(outline.cut, object, patch.place.tl())}, 0,
                 cv::LINE_8, 4);
  }
  cv::resize(fine, patch.alpha, patch.place.size(), 0, 0, cv::INTER_AREA);
  return patch;
}

/// Of each object already there, how many of its visible pixels the patch would cover.
std::vector<int> SceneCanvas::PixelsHiddenBy(const Patch& patch) const {
  std::vector<int> hidden(areas_.size(), 0);
  for (int y = 0; y < patch.alpha.rows; ++y) {
    for (int x = 0; x < patch.alpha.cols; ++x) {
      const int owner = images_->owners.at<uchar>(patch.place.y + y, patch.place.x + x);
      if (owner > 0 && patch.Covers(y, x)) ++hidden[static_cast<std::size_t>(owner - 1)];
    }
  }
  return hidden;
}

bool SceneCanvas::Add(const SceneObject& object, double least_visible, bool paint) {
  const Patch patch = CutOut(object);
  const auto hidden = PixelsHiddenBy(patch);
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    if (visible_[i] - hidden[i] < least_visible * areas_[i]) return false;
  }
  const std::size_t number = areas_.size();
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    visible_[i] -= hidden[i];
    if (hidden[i] > 0) occlusions_.emplace_back(number, i);
  }
  const auto finish = RandomFinish();
  if (paint) {
    PaintShadow(patch);
    PaintObject(patch, object, finish);
  }
  int area = 0;
  for (int y = 0; y < patch.alpha.rows; ++y) {
    for (int x = 0; x < patch.alpha.cols; ++x) {
      if (!patch.Covers(y, x)) continue;
      ++area;
      const cv::Point place(patch.place.x + x, patch.place.y + y);
      images_->owners.at<uchar>(place) = static_cast<uchar>(number + 1);
      if (paint) images_->shown.at<uchar>(place) = static_cast<uchar>(number + 1);
    }
  }
  areas_.push_back(area);
  visible_.push_back(area);
  return true;
}

void SceneCanvas::PaintShadow(const Patch& patch) {
  cv::Mat soft;
  const int reach = 2 * (size_ / 48) + 1;
  cv::GaussianBlur(patch.alpha, soft, {reach, reach}, 0);
  for (int y = 0; y < soft.rows; ++y) {
    for (int x = 0; x < soft.cols; ++x) {
      const cv::Point place = patch.place.tl() + images_->shadow + cv::Point(x, y);
      if (place.x < 0 || place.y < 0 || place.x >= size_ || place.y >= size_) continue;
      images_->colors.at<cv::Vec3f>(place) *= 1 - 0.4F * static_cast<float>(soft.at<uchar>(y, x)) / 255;
    }
  }
}

SceneCanvas::Finish SceneCanvas::RandomFinish() {
  Finish finish;
  for (auto& shade : finish.shades) shade = static_cast<float>(random_.Uniform(-10, 10));
  finish.shift = random_.Uniform();
  return finish;
}

void SceneCanvas::PaintObject(const Patch& patch, const SceneObject& object, const Finish& finish) {
  cv::Vec3f base = kColors[object.Of(Attribute::kColor)];
  for (int c = 0; c < 3; ++c) base[c] += finish.shades[static_cast<std::size_t>(c)];
  const auto marked = PatternColor(base);
  const double shift = finish.shift;
  const double cosine = std::cos(object.angle);
  const double sine = std::sin(object.angle);
  for (int y = 0; y < patch.alpha.rows; ++y) {
    for (int x = 0; x < patch.alpha.cols; ++x) {
      const int alpha = patch.alpha.at<uchar>(y, x);
      if (alpha == 0) continue;
      const double right = (patch.place.x + x + 0.5 - object.x) / object.radius;
      const double down = (patch.place.y + y + 0.5 - object.y) / object.radius;
      const double u = right * cosine + down * sine + shift;
      const double v = down * cosine - right * sine + shift;
      const auto& color = IsMarked(object.Of(Attribute::kPattern), u, v) ? marked : base;
      auto& pixel = images_->colors.at<cv::Vec3f>(patch.place.y + y, patch.place.x + x);
      pixel = Mixed(pixel, color, static_cast<float>(alpha) / 255);
    }
  }
}

at::Tensor SceneCanvas::Picture() {
  const double direction = random_.Uniform(0, 2 * CV_PI);
  const double slope = random_.Uniform(0.1, 0.5);
  const auto patches = SmoothNoise(random_, size_, {3, 5});
  const double deviation = random_.Uniform(2, 9);
  cv::Mat picture(size_, size_, CV_8UC3);
  for (int y = 0; y < size_; ++y) {
    for (int x = 0; x < size_; ++x) {
      const double along = ((x - size_ / 2) * std::cos(direction) + (y - size_ / 2) * std::sin(direction)) / size_;
      const double light = 0.95 + 0.6 * slope * along + 0.2 * (patches.at<float>(y, x) - 0.4);
      for (int c = 0; c < 3; ++c) {
        double noise = random_.Uniform();
        noise += random_.Uniform();
        noise += random_.Uniform();
        noise -= 1.5;  // deviation 0.5
        const double value =
            static_cast<double>(images_->colors.at<cv::Vec3f>(y, x)[c]) * light + 2 * deviation * noise;
        picture.at<cv::Vec3b>(y, x)[c] = cv::saturate_cast<uchar>(value);
      }
    }
  }
  return TensorOf(picture);
}

at::Tensor SceneCanvas::Mask() const { return TensorOf(images_->shown); }

void SceneCanvas::Measure(std::vector<SceneObject>* objects) const {
  for (std::size_t i = 0; i < objects->size(); ++i) {
    auto& object = (*objects)[i];
    object.visible = static_cast<double>(visible_[i]) / areas_[i];
    const cv::Rect box = cv::boundingRect(images_->shown == static_cast<int>(i + 1));
    object.box = {box.x, box.y, box.width, box.height};
  }
}

}  // namespace wherefore
