using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>linux/dm-ioctl.h. The same on x86-64 and arm64.</summary>
internal static class LinuxDeviceMapper
{
    /// <summary>_IOWR(DM_IOCTL, DM_DEV_REMOVE_CMD, struct dm_ioctl).</summary>
    internal const nuint DM_DEV_REMOVE = 0xc138fd04;

    internal const uint DM_VERSION_MAJOR = 4;

    /// <summary>Without targets behind it; name and uuid stay empty where <see cref="dev"/> says which device.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 312)]
    internal unsafe struct dm_ioctl
    {
        /// <summary>The first of three numbers; the kernel asks for no more than it has.</summary>
        [FieldOffset(0)]
        internal fixed uint version[3];

        /// <summary>The size of the whole structure.</summary>
        [FieldOffset(12)]
        internal uint data_size;

        /// <summary>From the beginning of the structure.</summary>
        [FieldOffset(16)]
        internal uint data_start;

        /// <summary>As huge_encode_dev makes it.</summary>
        [FieldOffset(40)]
        internal ulong dev;
    }
}
