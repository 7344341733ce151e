# Finds the three OpenCV modules that we use where only they are installed: OpenCV's own configuration file then
# fails, because it lists every module of the full package. Defines the targets that it would define.
set(OpenCV_known_components core imgproc imgcodecs)
find_path(OpenCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4)
set(OpenCV_required OpenCV_INCLUDE_DIR)
foreach(component IN LISTS OpenCV_known_components)
  find_library(OpenCV_${component}_LIBRARY NAMES opencv_${component})
  list(APPEND OpenCV_required OpenCV_${component}_LIBRARY)
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCV REQUIRED_VARS ${OpenCV_required}
  REASON_FAILURE_MESSAGE "Install libopencv-core-dev, libopencv-imgproc-dev and libopencv-imgcodecs-dev.")

if(OpenCV_FOUND)
  foreach(component IN LISTS OpenCV_known_components)
    if(NOT TARGET opencv_${component})
      add_library(opencv_${component} UNKNOWN IMPORTED)
      set_target_properties(opencv_${component} PROPERTIES
        IMPORTED_LOCATION ${OpenCV_${component}_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${OpenCV_INCLUDE_DIR})
    endif()
  endforeach()
endif()
mark_as_advanced(${OpenCV_required})
