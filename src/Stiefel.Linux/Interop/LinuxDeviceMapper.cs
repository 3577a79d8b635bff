using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>linux/dm-ioctl.h. The values are the same on x86-64 and arm64.</summary>
internal static class LinuxDeviceMapper
{
    /// <summary>_IOWR(DM_IOCTL, DM_DEV_REMOVE_CMD, struct dm_ioctl).</summary>
    internal const nuint DM_DEV_REMOVE = 0xc138fd04;

    internal const uint DM_VERSION_MAJOR = 4;

    /// <summary>The structure without any targets after it; name and uuid stay empty, because <see cref="dev"/> selects the device.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 312)]
    internal unsafe struct dm_ioctl
    {
        /// <summary>The first of three numbers is the major version of the interface.</summary>
        [FieldOffset(0)]
        internal fixed uint version[3];

        /// <summary>The size of the whole structure, in bytes.</summary>
        [FieldOffset(12)]
        internal uint data_size;

        /// <summary>Offset of the data from the beginning of the structure.</summary>
        [FieldOffset(16)]
        internal uint data_start;

        /// <summary>The device's number as huge_encode_dev makes it.</summary>
        [FieldOffset(40)]
        internal ulong dev;
    }
}
