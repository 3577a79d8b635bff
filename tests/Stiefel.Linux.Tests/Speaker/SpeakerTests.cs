using Stiefel.Linux.Interop;
using Stiefel.Linux.Speaker;
using Stiefel.Linux.Tests.Interop;
using Xunit;

namespace Stiefel.Linux.Tests.Speaker;

/// <summary>Lights and sound devices made of files; a virtual machine tests a real speaker.</summary>
public sealed class SpeakerTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("input/input3/capabilities/snd", "6\n", true)]
    [InlineData("input/event3/device/capabilities/snd", "6\n", true)]
    [InlineData("input/input3/capabilities/snd", "0\n", false)]
    [InlineData("input/input3/capabilities/snd", "rubbish", false)]
    [InlineData("input/input3/capabilities/led", "6\n", false)]
    public void IsThere_InputDevices_IsWhetherOneMakesSounds(string file, string text, bool expected)
    {
        _root.Write(file, text);
        Assert.Equal(expected, new PcSpeaker(_root.File("input"), _root.Path).IsThere);
    }

    [Fact]
    public async Task Play_DevicesThatAreNone_IsSilentAndTakesItsTime()
    {
        _root.Write("input/event3/device/capabilities/snd", "6\n");
        _root.Write("dev/input/event3", "");
        var start = Environment.TickCount64;
        await new PcSpeaker(_root.File("input"), _root.File("dev")).PlayAsync(new Tone(440, TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(30)), TestContext.Current.CancellationToken);
        Assert.True(Environment.TickCount64 - start >= 55);
    }

    [Fact]
    public void Lights_LitAndRestored_ShowTheirLocksAgain()
    {
        foreach (var light in new[] { "input3::capslock", "input3::numlock", "tpacpi::power" })
        {
            _root.Write($"leds/{light}/trigger", "before");
            _root.Write($"leds/{light}/brightness", "2");
        }

        var lights = new KeyboardLights(_root.File("leds"));
        lights.Light();
        Assert.Equal(("none", "1"), (Begin("input3::capslock/trigger", 4), Begin("input3::capslock/brightness", 1)));
        lights.Restore();
        Assert.Equal(("kbd-capslock", "0"), (Begin("input3::capslock/trigger", 12), Begin("input3::capslock/brightness", 1)));
        Assert.Equal("kbd-numlock", Begin("input3::numlock/trigger", 11));
        Assert.Equal(("before", "2"), (Begin("tpacpi::power/trigger", 6), Begin("tpacpi::power/brightness", 1)));
    }

    [Fact]
    public void Lights_DirectoryIsNone_AreNoProblem()
    {
        var lights = new KeyboardLights(_root.File("nowhere"));
        lights.Light();
        lights.Restore();
    }

    [Fact]
    public void LinuxInput_RequestForSounds_IsWhatTheHeadersSay() => Assert.Equal("", HeaderCheck.Compile(
        $"#include <linux/input.h>\n_Static_assert(EVIOCGBIT(EV_SND, 1) == {LinuxInput.EVIOCGBIT(LinuxInput.EV_SND, 1)}, \"\");\n"));

    // Cut the text: unlike sysfs, a file keeps the rest of a longer text that was there before.
    private string Begin(string file, int length) => File.ReadAllText(_root.File("leds/" + file))[..length];
}
