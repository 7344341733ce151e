#include "tools/training/learning_curve.h"

#include <algorithm>
#include <cmath>

#include <ATen/ATen.h>
#include <opencv2/imgproc.hpp>

#include "tools/photographs/opencv_tensor.h"

namespace wherefore {
namespace {

constexpr int kWidth = 960;
constexpr int kHeight = 480;
const cv::Rect kPlot(70, 40, kWidth - 300, kHeight - 100);
const cv::Scalar kInk(40, 40, 40);
const cv::Scalar kGrid(225, 225, 225);
/// Okabe and Ito's colours, which people with any colour vision can tell apart (RGB).
const cv::Scalar kPalette[] = {{0, 0, 0},     {0, 114, 178},  {213, 94, 0},    {0, 158, 115}, {204, 121, 167},
                               {230, 159, 0}, {86, 180, 233}, {150, 150, 150}, {120, 80, 20}, {90, 0, 120}};

void Write(cv::Mat& picture, const std::string& text, const cv::Point& place, const cv::Scalar& color = kInk) {
  cv::putText(picture, text, place, cv::FONT_HERSHEY_SIMPLEX, 0.45, color, 1, cv::LINE_AA);
}

std::string Short(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 0.1 ? "%.2g" : "%.2f", value);
  return text;
}

/// From the values of an axis to a share of its length.
struct Scale {
  double least = 0;
  double most = 1;
  bool is_logarithmic = false;

  double Share(double value) const {
    if (!is_logarithmic) return (value - least) / (most - least);
    return std::log(std::max(value, least) / least) / std::log(most / least);
  }
};

void DrawCurve(cv::Mat& picture, const Curve& curve, const Scale& scale, double last_step, const cv::Scalar& color,
               int thickness = 2) {
  std::vector<cv::Point> points;
  for (std::size_t i = 0; i < curve.steps.size(); ++i) {
    const double x = static_cast<double>(curve.steps[i]) / last_step;
    const double y = std::clamp(scale.Share(curve.values[i]), 0.0, 1.0);
    points.emplace_back(kPlot.x + static_cast<int>(x * kPlot.width), kPlot.br().y - static_cast<int>(y * kPlot.height));
  }
  cv::polylines(picture, points, false, color, thickness, cv::LINE_AA);
}

Scale LossScale(const Curve& loss) {
  const auto ends = std::minmax_element(loss.values.begin(), loss.values.end());
  const double least = std::max(1e-6, *ends.first);
  return {least, std::max(*ends.second, least * 1.1), true};
}

}  // namespace

at::Tensor DrawLearningCurve(const Curve& loss, const std::vector<Curve>& figures) {
  cv::Mat picture(kHeight, kWidth, CV_8UC3, cv::Scalar(255, 255, 255));
  const double last_step = std::max<double>(1, static_cast<double>(loss.steps.back()));
  const Scale of_loss = LossScale(loss);
  for (int tenth = 0; tenth <= 10; tenth += 2) {
    const int y = kPlot.br().y - kPlot.height * tenth / 10;
    cv::line(picture, {kPlot.x, y}, {kPlot.br().x, y}, kGrid);
    Write(picture, Short(tenth / 10.0), {kPlot.br().x + 6, y + 4});
    const double value = of_loss.least * std::pow(of_loss.most / of_loss.least, tenth / 10.0);
    Write(picture, Short(value), {kPlot.x - 48, y + 4});
    const int x = kPlot.x + kPlot.width * tenth / 10;
    Write(picture, std::to_string(static_cast<int64_t>(last_step * tenth / 10)), {x - 14, kPlot.br().y + 20});
  }
  cv::rectangle(picture, kPlot, kInk);
  Write(picture, "loss (left, logarithmic)", {kPlot.x, kPlot.y - 14});
  Write(picture, "held-out share (right)", {kPlot.br().x - 160, kPlot.y - 14});
  Write(picture, "step", {kPlot.x + kPlot.width / 2, kPlot.br().y + 42});
  DrawCurve(picture, loss, of_loss, last_step, kPalette[0]);
  constexpr std::size_t kColors = std::size(kPalette) - 1;  // the first is the loss's
  std::size_t drawn = 0;
  for (const auto& curve : figures) {
    if (*std::max_element(curve.values.begin(), curve.values.end()) > 1) continue;
    const auto& color = kPalette[1 + drawn % kColors];
    const int thickness = drawn < kColors ? 2 : 1;
    DrawCurve(picture, curve, Scale{}, last_step, color, thickness);
    const int y = kPlot.y + 12 + 20 * static_cast<int>(drawn);
    cv::line(picture, {kPlot.br().x + 50, y - 4}, {kPlot.br().x + 70, y - 4}, color, thickness);
    Write(picture, curve.name + " " + Short(curve.values.back()), {kPlot.br().x + 76, y});
    ++drawn;
  }
  return TensorOf(picture);
}

}  // namespace wherefore
