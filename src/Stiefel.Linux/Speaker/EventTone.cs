using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Speaker;

/// <summary>Sounds a speaker that is an event device (linux Documentation/input/event-codes.rst, EV_SND). A sound lasts until it is ended, even beyond the end of this process.</summary>
internal static unsafe class EventTone
{
    private const int On = 1;

    /// <summary>Begins a tone, or the device's bell if it cannot sound tones; false if it has neither.</summary>
    /// <param name="device">The device's node, such as /dev/input/event3.</param>
    /// <param name="hertz">The tone's frequency.</param>
    public static bool TryStart(string device, int hertz)
    {
        using var handle = Open(device);
        byte codes = 0;
        // A file, or a device that does not answer, is not a speaker.
        if (handle.IsInvalid || LinuxFs.ioctl(handle, LinuxInput.EVIOCGBIT(LinuxInput.EV_SND, sizeof(byte)), &codes) < 0)
        {
            return false;
        }

        return Has(codes, LinuxInput.SND_TONE) ? TryWrite(handle, LinuxInput.SND_TONE, hertz)
            : Has(codes, LinuxInput.SND_BELL) && TryWrite(handle, LinuxInput.SND_BELL, On);
    }

    /// <summary>Ends the tone and the bell.</summary>
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
