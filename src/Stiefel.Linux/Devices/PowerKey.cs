using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Devices;

/// <summary>Listens to the machine's power key, on whatever input device it is, after the system has stopped doing so.</summary>
public sealed unsafe class PowerKey : IDisposable
{
    private const int EventsAtOnce = 16;

    // Value of a key event for a press; 0 is a release, 2 a repetition.
    private const int Pressed = 1;

    private readonly List<SafeFileHandle> _devices = [];

    private PowerKey()
    {
    }

    /// <summary>Listens to all present input devices. Never fails: a machine may have none.</summary>
    /// <param name="directory">The directory of their nodes.</param>
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

    /// <summary>Waits until the key is pressed; false if it was not pressed within the given time.</summary>
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

    /// <summary>True if a press of the power key is among these events.</summary>
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
                // The device was unplugged. Close it, because poll would report it as readable forever.
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
