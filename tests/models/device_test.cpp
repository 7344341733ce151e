#include "models/device.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/cuda.h>

#include "models/families.h"
#include "tests/support/error_text.h"
#include "tests/support/pretended_cuda.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(DeviceTest, KnowsTheProcessorByName) { EXPECT_TRUE(DeviceNamed("cpu").is_cpu()); }

TEST(DeviceTest, OffersTheNearestOfTheKnownNames) {
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [] { DeviceNamed("cude"); }),
              AllOf(HasSubstr("unknown device 'cude'"), HasSubstr("did you mean 'cuda'")));
  for (const char* name : {"", "gpu", "cuda:", "cuda:-1", "cuda:x", "cuda:999", "cpu:0", "CUDA"}) {
    EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { DeviceNamed(name); }), HasSubstr("known are cpu, cuda and cuda:N"));
  }
}

TEST(DeviceTest, SaysWhereThereIsNoCuda) {
  if (torch::cuda::is_available()) GTEST_SKIP() << "there is CUDA here";
  EXPECT_EQ(ErrorText(ErrorKind::kUsage, [] { DeviceNamed("cuda"); }),
            "device 'cuda' is not there: LibTorch finds no CUDA GPU; use cpu");
  EXPECT_THAT(ErrorText(ErrorKind::kUsage,
                        [] {
                          LoadModel("/nowhere", {c10::Device(c10::kCUDA, 1), {}});
                        }),
              HasSubstr("device 'cuda:1' is not there"));
}

/// What a GPU would refuse is refused: else the tests on it would mean nothing.
class PretendedCudaTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CudaIsPretended()) GTEST_SKIP() << "CUDA is not pretended here";
    there_ = here_.to(gpu_);
  }

  const c10::Device gpu_{c10::kCUDA, 0};
  const at::Tensor here_ = at::arange(6, at::kFloat).reshape({2, 3});
  at::Tensor there_;
};

TEST_F(PretendedCudaTest, TakesNoTensorFloat32) {
  at::globalContext().setAllowTF32CuDNN(true);
  DeviceNamed("cuda");
  EXPECT_FALSE(at::globalContext().allowTF32CuDNN());
}

TEST_F(PretendedCudaTest, ComputesThere) {
  EXPECT_EQ(there_.device(), gpu_);
  const auto sum = there_.t().matmul(there_) + 1;
  EXPECT_EQ(sum.device(), gpu_);
  EXPECT_TRUE(at::equal(sum.cpu(), here_.t().matmul(here_) + 1));
}

TEST_F(PretendedCudaTest, DifferentiatesThere) {
  auto x = there_.clone().requires_grad_();
  x.square().sum().backward();
  EXPECT_EQ(x.grad().device(), gpu_);
  EXPECT_TRUE(at::equal(x.grad().cpu(), 2 * here_));
}

TEST_F(PretendedCudaTest, ChangesViewsAndSizesInPlace) {
  const auto whole = there_.clone();
  whole.select(0, 1).mul_(10);
  EXPECT_TRUE(at::equal(whole.cpu(), at::tensor({0, 1, 2, 30, 40, 50}, at::kFloat).reshape({2, 3})));
  whole.resize_({4, 5}).fill_(7);
  EXPECT_TRUE(at::equal(whole.cpu(), at::full({4, 5}, 7.0F)));
}

TEST_F(PretendedCudaTest, RefusesTensorsOfBothDevices) {
  EXPECT_THROW(there_ + here_, c10::Error);
  EXPECT_THROW(at::cat({there_, here_}), c10::Error);
  EXPECT_THROW(there_.gather(1, here_.to(at::kLong)), c10::Error);
  EXPECT_THROW(here_.index({at::tensor({1}, at::kLong).to(gpu_)}), c10::Error);
  EXPECT_NO_THROW(there_ + here_[0][1]);
  EXPECT_NO_THROW(there_.index({at::tensor({1}, at::kLong)}));
}

TEST_F(PretendedCudaTest, RefusesTheProcessorsGenerator) {
  EXPECT_THROW(there_.clone().normal_(0, 1, at::detail::createCPUGenerator()), c10::Error);
}

TEST_F(PretendedCudaTest, LetsNoneReadItsMemory) {
  EXPECT_EXIT(std::exit(there_.data_ptr<float>()[1] == 1), testing::KilledBySignal(SIGSEGV), "");
}

}  // namespace
}  // namespace wherefore
