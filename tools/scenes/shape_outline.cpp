#include "tools/scenes/shape_outline.h"

#include <cmath>

namespace wherefore {
namespace {

using Points = std::vector<OutlinePoint>;

constexpr double kPi = 3.14159265358979323846;

/// Corners at equal angles, the first one on top, with the radii taken in turn.
Points Polygon(int corners, const std::vector<double>& radii) {
  Points points;
  for (int i = 0; i < corners; ++i) {
    const double angle = 2 * kPi * i / corners - kPi / 2;
    const double radius = radii[static_cast<std::size_t>(i) % radii.size()];
    points.push_back({radius * std::cos(angle), radius * std::sin(angle)});
  }
  return points;
}

Points Circle(double radius, double x = 0) {
  auto points = Polygon(48, {radius});
  for (auto& point : points) point.x += x;
  return points;
}

Points Square() {
  constexpr double half = 0.8;
  return {{-half, -half}, {half, -half}, {half, half}, {-half, half}};
}

Points Cross() {
  constexpr double arm = 0.95;
  constexpr double half = 0.32;
  return {{-half, -arm}, {half, -arm}, {half, -half}, {arm, -half}, {arm, half},   {half, half},
          {half, arm},   {-half, arm}, {-half, half}, {-arm, half}, {-arm, -half}, {-half, -half}};
}

/// Eugen Beutel's curve: x = 16 sin^3 t, y = 13 cos t - 5 cos 2t - 2 cos 3t - cos 4t, scaled to the radius.
Points Heart() {
  Points points;
  for (int i = 0; i < 60; ++i) {
    const double t = 2 * kPi * i / 60;
    const double x = 16 * std::pow(std::sin(t), 3);
    const double y = 13 * std::cos(t) - 5 * std::cos(2 * t) - 2 * std::cos(3 * t) - std::cos(4 * t);
    points.push_back({x / 17.5, -(y + 2.5) / 17.5});
  }
  return points;
}

}  // namespace

const ShapeOutline& OutlineOf(int shape) {
  // In the order of ValuesOf(Attribute::kShape).
  static const std::vector<ShapeOutline> outlines = {
      {Circle(0.95), {}},          {Square(), {}}, {Polygon(3, {1}), {}}, {Polygon(10, {1, 0.45}), {}},
      {Circle(0.95), Circle(0.5)}, {Cross(), {}},  {Heart(), {}},         {Circle(0.95), Circle(0.8, 0.5)},
  };
  return outlines.at(static_cast<std::size_t>(shape));
}

}  // namespace wherefore
