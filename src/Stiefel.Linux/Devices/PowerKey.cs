using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Devices;

/// <summary>The machine's power key, on whatever input device it is, when no system listens to it any more.</summary>
public sealed unsafe class PowerKey : IDisposable
{
    private const int EventsAtOnce = 16;

    // The value of a key's event; 0 is a release, 2 a repetition.
    private const int Pressed = 1;

    private readonly List<SafeFileHandle> _devices = [];

    private PowerKey()
    {
    }

    /// <summary>Listens to all input devices that are there now. Never fails: a machine may have none.</summary>
    /// <param name="directory">Where their nodes are.</param>
    public static PowerKey Open(string directory = "/dev/input")
    {
        var key = new PowerKey();
        foreach (var node in Directory.Exists(directory) ? Directory.GetFiles(directory, "event*") : [])
        {
            var device = Fcntl.open(node, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC, 0);
            if (!device.IsInvalid)
            {
                key._devices.Add(device);
            }
        }

        return key;
    }

    /// <summary>True once it is pressed; false if it was not within this time.</summary>
    public bool WaitForPress(TimeSpan atMost)
    {
        var end = Environment.TickCount64 + (long)atMost.TotalMilliseconds;
        var polled = stackalloc Poll.pollfd[Math.Max(1, _devices.Count)];
        for (var left = atMost; left >= TimeSpan.Zero; left = TimeSpan.FromMilliseconds(end - Environment.TickCount64))
        {
            for (var i = 0; i < _devices.Count; i++)
            {
                polled[i] = new Poll.pollfd { fd = (int)_devices[i].DangerousGetHandle(), events = Poll.POLLIN };
            }

            if (Poll.poll(polled, (nuint)_devices.Count, (int)left.TotalMilliseconds) <= 0)
            {
                return false;
            }

            if (TakeEvents(polled))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A press of the power key among these events.</summary>
    internal static bool HasPress(ReadOnlySpan<LinuxInput.input_event> events)
    {
        foreach (var item in events)
        {
            if (item is { type: LinuxInput.EV_KEY, code: LinuxInput.KEY_POWER, value: Pressed })
            {
                return true;
            }
        }

        return false;
    }

    public void Dispose() => _devices.ForEach(device => device.Dispose());

    private bool TakeEvents(Poll.pollfd* polled)
    {
        var events = stackalloc LinuxInput.input_event[EventsAtOnce];
        for (var i = _devices.Count - 1; i >= 0; i--)
        {
            if (polled[i].revents == 0)
            {
                continue;
            }

            var bytes = Unistd.read(_devices[i], (byte*)events, (nuint)(EventsAtOnce * sizeof(LinuxInput.input_event)));
            if (bytes <= 0)
            {
                // Unplugged: it would be readable for ever.
                _devices[i].Dispose();
                _devices.RemoveAt(i);
            }
            else if (HasPress(new ReadOnlySpan<LinuxInput.input_event>(events, (int)bytes / sizeof(LinuxInput.input_event))))
            {
                return true;
            }
        }

        return false;
    }
}
