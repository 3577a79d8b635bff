using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Speaker;

/// <summary>A speaker that is an event device (linux Documentation/input/event-codes.rst, EV_SND). What is begun sounds until it is ended, also past the end of this process.</summary>
internal static unsafe class EventTone
{
    private const int On = 1;

    /// <summary>Begins a tone, or the device's one bell if it has no tones; false if it has neither.</summary>
    /// <param name="device">/dev/input/event3.</param>
    /// <param name="hertz">How high.</param>
    public static bool TryStart(string device, int hertz)
    {
        using var handle = Open(device);
        byte codes = 0;
        // A device that does not answer, or a file, is none.
        if (handle.IsInvalid || LinuxFs.ioctl(handle, LinuxInput.EVIOCGBIT(LinuxInput.EV_SND, sizeof(byte)), &codes) < 0)
        {
            return false;
        }

        return Has(codes, LinuxInput.SND_TONE) ? TryWrite(handle, LinuxInput.SND_TONE, hertz)
            : Has(codes, LinuxInput.SND_BELL) && TryWrite(handle, LinuxInput.SND_BELL, On);
    }

    /// <summary>Ends tone and bell.</summary>
    public static void Stop(string device)
    {
        using var handle = Open(device);
        if (!handle.IsInvalid)
        {
            _ = TryWrite(handle, LinuxInput.SND_TONE, 0);
            _ = TryWrite(handle, LinuxInput.SND_BELL, 0);
        }
    }

    private static bool Has(byte codes, int code) => (codes & (1 << code)) != 0;

    private static SafeFileHandle Open(string device) =>
        Fcntl.open(device, Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC, 0);

    private static bool TryWrite(SafeFileHandle handle, ushort code, int value)
    {
        var sound = new LinuxInput.input_event { type = LinuxInput.EV_SND, code = code, value = value };
        return Unistd.write(handle, (byte*)&sound, (nuint)sizeof(LinuxInput.input_event)) == sizeof(LinuxInput.input_event);
    }
}
