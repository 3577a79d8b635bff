namespace Stiefel.Linux.Speaker;

/// <summary>
/// The beeper of a machine, if it has one: by the console's timed tone, which the kernel ends by itself, or else by the event device.
/// Nothing of it throws; no speaker is silence. Used by one thread at a time.
/// </summary>
/// <param name="inputs">/sys/class/input; another in tests.</param>
/// <param name="devices">/dev; another in tests.</param>
public sealed class PcSpeaker(string inputs = PcSpeaker.DefaultInputs, string devices = "/dev")
{
    /// <summary>Where sysfs has input devices, of which the speaker is one.</summary>
    public const string DefaultInputs = "/sys/class/input";

    private string Console => Path.Combine(devices, "tty0");

    /// <summary>There is a device that makes sounds. Whether a loudspeaker hangs on it, no program can tell.</summary>
    public bool IsThere => SoundDevices.AreThere(inputs);

    /// <summary>Makes a sound, and returns after its pause. It ends with the wait, however that ends.</summary>
    /// <exception cref="OperationCanceledException">It was to end before.</exception>
    public async Task PlayAsync(Tone tone, CancellationToken token)
    {
        try
        {
            if (IsThere && !ConsoleTone.TryStart(Console, tone))
            {
                // One is enough.
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

    /// <summary>Ends every sound, also that of a process that died.</summary>
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
