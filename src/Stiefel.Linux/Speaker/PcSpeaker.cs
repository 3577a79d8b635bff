namespace Stiefel.Linux.Speaker;

/// <summary>
/// The machine's beeper, if it has one. It uses the console's timed tone, which the kernel ends by itself, or else the event device.
/// Nothing here throws if there is no speaker; it is silent then. For one thread at a time.
/// </summary>
/// <param name="inputs">The directory of input devices in sysfs; another one in tests.</param>
/// <param name="devices">The directory of device nodes; another one in tests.</param>
public sealed class PcSpeaker(string inputs = PcSpeaker.DefaultInputs, string devices = "/dev")
{
    /// <summary>The directory of input devices in sysfs, which include the speaker.</summary>
    public const string DefaultInputs = "/sys/class/input";

    private string Console => Path.Combine(devices, "tty0");

    /// <summary>True if there is a device that makes sounds. No program can tell whether a loudspeaker is attached to it.</summary>
    public bool IsThere => SoundDevices.AreThere(inputs);

    /// <summary>Makes a sound, and returns after its pause. The sound ends when the wait ends, even by cancellation.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task PlayAsync(Tone tone, CancellationToken token)
    {
        try
        {
            if (IsThere && !ConsoleTone.TryStart(Console, tone))
            {
                // One device is enough.
                _ = SoundDevices.Find(inputs).Any(name => EventTone.TryStart(DeviceOf(name), tone.Hertz));
            }

            await Task.Delay(tone.Length, token);
        }
        finally
        {
            Silence();
        }

        await Task.Delay(tone.Pause, token);
    }

    /// <summary>Ends all sounds, including those of a dead process.</summary>
    public void Silence()
    {
        _ = ConsoleTone.TryStop(Console);
        foreach (var name in SoundDevices.Find(inputs))
        {
            EventTone.Stop(DeviceOf(name));
        }
    }

    private string DeviceOf(string name) => Path.Combine(devices, "input", name);
}
