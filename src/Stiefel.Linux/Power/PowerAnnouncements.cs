using Stiefel.Linux.Devices;
using Stiefel.Linux.Errors;

namespace Stiefel.Linux.Power;

/// <summary>Listens to the kernel's messages about adapters and batteries. Some machines send two a second and others none, so a message is only a hint to look.</summary>
public sealed class PowerAnnouncements : IDisposable
{
    private const string Subsystem = "power_supply";

    // How often the listening thread checks whether it should end; messages arrive at once.
    private static readonly TimeSpan s_endCheck = TimeSpan.FromSeconds(1);

    private readonly UeventListener _listener;
    private readonly Action _changed;
    private volatile bool _isOver;

    private PowerAnnouncements(UeventListener listener, Action changed) => (_listener, _changed) = (listener, changed);

    /// <summary>Calls the action for each message from now on, on a thread of its own.</summary>
    /// <exception cref="LinuxException">The process is not permitted to listen.</exception>
    public static PowerAnnouncements Listen(Action changed)
    {
        var announcements = new PowerAnnouncements(UeventListener.Open(), changed);
        new Thread(announcements.Run) { IsBackground = true, Name = "power events" }.Start();
        return announcements;
    }

    public void Dispose() => _isOver = true;

    internal static bool IsOfPower(Uevent? uevent) => uevent?.Subsystem == Subsystem;

    private void Run()
    {
        using (_listener)
        {
            try
            {
                while (!_isOver)
                {
                    if (IsOfPower(_listener.Next(s_endCheck)))
                    {
                        _changed();
                    }
                }
            }
            catch (LinuxException)
            {
                // Listening is only a help: the owner also looks at regular intervals.
            }
        }
    }
}
