using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Processes;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Devices;

/// <summary>A terminal whose keys are read one by one and without echo (termios(3)), and to which writing never blocks.</summary>
public sealed unsafe class KeyTerminal : IDisposable
{
    private readonly SafeFileHandle _handle;

    private KeyTerminal(SafeFileHandle handle) => _handle = handle;

    /// <summary>Opens a terminal without making it the session's controlling terminal.</summary>
    /// <exception cref="LinuxException">There is no terminal of this name.</exception>
    public static KeyTerminal Open(string path)
    {
        var handle = Fcntl.open(path, Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC, 0);
        if (handle.IsInvalid)
        {
            throw LinuxException.FromLastError($"open(\"{path}\", O_RDWR)");
        }

        var terminal = (int)handle.DangerousGetHandle();
        termios settings;
        if (tcgetattr(terminal, &settings) == 0)
        {
            settings.c_lflag &= ~(uint)(ECHO | ICANON);
            settings.c_cc[VMIN] = 1;
            settings.c_cc[VTIME] = 0;
            if (tcsetattr(terminal, (int)TCSAFLUSH, &settings) == 0)
            {
                return new KeyTerminal(handle);
            }
        }

        var failure = LinuxException.FromLastError($"tcsetattr(\"{path}\")");
        handle.Dispose();
        throw failure;
    }

    /// <summary>Blocks the calling thread until keys are pressed or the time is over.</summary>
    /// <returns>The bytes of all keys that were pressed; empty if the time is over, or the terminal is gone.</returns>
    public byte[] ReadKeys(TimeSpan patience)
    {
        Span<byte> keys = stackalloc byte[64];
        var wait = new Poll.pollfd { fd = (int)_handle.DangerousGetHandle(), events = Poll.POLLIN };
        if (Poll.poll(&wait, 1, (int)Math.Ceiling(patience.TotalMilliseconds)) <= 0)
        {
            return [];
        }

        try
        {
            return keys[..Descriptor.Read(_handle, keys)].ToArray();
        }
        catch (LinuxException)
        {
            return [];
        }
    }

    /// <summary>Writes as much as the terminal takes at once; a serial line that nobody reads takes nothing.</summary>
    public void Write(ReadOnlySpan<byte> text)
    {
        fixed (byte* start = text)
        {
            _ = Unistd.write(_handle, start, (nuint)text.Length);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
