using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>linux/kd.h and linux/input.h: tones of the console and of event devices, and the power key.</summary>
internal static class LinuxInput
{
    /// <summary>Sounds a tone on a virtual terminal: the upper 16 bits are milliseconds, the lower 16 the length of an oscillation in ticks of the PC's timer (man 2 ioctl_console).</summary>
    internal const nuint KDMKTONE = 0x4b30;

    internal const ushort EV_KEY = 1;
    internal const ushort KEY_POWER = 116;

    internal const ushort EV_SND = 0x12;
    internal const ushort SND_BELL = 0x01;
    internal const ushort SND_TONE = 0x02;

    [StructLayout(LayoutKind.Sequential)]
    internal struct timeval
    {
        internal long tv_sec;
        internal long tv_usec;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct input_event
    {
        internal timeval time;
        internal ushort type;
        internal ushort code;
        internal int value;
    }

    /// <summary>Reads which codes of a type a device supports, one bit each: _IOC(_IOC_READ, 'E', 0x20 + type, length).</summary>
    internal static nuint EVIOCGBIT(int type, int length) => (2u << 30) | ((nuint)length << 16) | ('E' << 8) | (nuint)(0x20 + type);
}
