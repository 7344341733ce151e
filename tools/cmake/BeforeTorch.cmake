# Included before find_package(Torch), so that it finds the LibTorch in Python's package torch, too.

# Where several LibTorch are installed, all parts are those of the one that is named.
if(Torch_DIR)
  get_filename_component(torch_prefix ${Torch_DIR}/../../.. ABSOLUTE)
  list(PREPEND CMAKE_PREFIX_PATH ${torch_prefix})
endif()

# Where LibTorch was built with CUDA, its configuration file asks for NVIDIA's compiler, whose libraries it would then
# link beside those that LibTorch brings. We compile no CUDA, and LibTorch's libraries find their own. The first target
# is the one that the file takes as a sign that this is done; releases before 2.7 name the others, too.
foreach(target torch::cudart torch::nvtoolsext caffe2::cublas caffe2::cudnn-public caffe2::cufft caffe2::curand)
  if(NOT TARGET ${target})
    add_library(${target} INTERFACE IMPORTED)
  endif()
endforeach()
# The file also looks for a static library that no package has, and warns; we link no list of libraries, but the target.
if(NOT kineto_LIBRARY)
  set(kineto_LIBRARY torch)
endif()
