namespace Stiefel.EndToEnd.Native;

/// <summary>Tests the published server with a /sys made of files: each power state on its screen, and `stiefel beep`.</summary>
public sealed class PowerTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly Scratch _scratch = new();

    private string[] Settings => ["--Power:Supplies", _scratch["power"], "--Power:Lights", _scratch["leds"], "--Power:Inputs", _scratch["inputs"], "--Power:LookSeconds", "1"];

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Server_EveryState_IsOnItsScreen()
    {
        Set("1", "Charging", "80");
        using var server = OpenServer.Start(_scratch.RandomFile("disk.img", 1 << 20), settings: Settings);
        server.Process.WaitForLine("stiefel: power: the laptop is on mains, 80%", s_limit);
        Set("0", "Discharging", "70");
        server.Process.WaitForLine("stiefel: power: the laptop is on battery, 70%", s_limit);
        Set("0", "Discharging", "15");
        server.Process.WaitForLine("stiefel: warning: power: the laptop's battery is low", s_limit);
        Set("0", "Discharging", "5");
        server.Process.WaitForLine("stiefel: warning: power: the laptop's battery is nearly empty", s_limit);
        Set("what?", "", "5");
        server.Process.WaitForLine("stiefel: power: what the laptop lives on cannot be told", s_limit);
    }

    [Fact]
    public void Beep_AtARunningServer_IsTestedAndSilenced()
    {
        _scratch.KeyDirectory("keys", "stick");
        var host = $"127.0.0.1:{Scratch.FreePort()}";
        Set("0", "Discharging", "4");
        using var server = OpenServer.Start(
            _scratch.RandomFile("disk.img", 1 << 20), settings: ["--Admin:Listen", host, "--Keys:Directory", _scratch["keys"], "--Power:Beep", "true", .. Settings]);
        string Beep(int exitCode, params string[] what) => NativeProcess.Run(exitCode, NativeProcess.Binary("stiefel"), ["beep", host, "--directory", _scratch["keys"], .. what]);

        Assert.Contains("sounds as if it were low; its kernel knows no speaker", Beep(0, "--test", "low"), StringComparison.Ordinal);
        Assert.Contains("is silent until its power gets worse", Beep(0, "--silence"), StringComparison.Ordinal);
        Assert.Contains("beeps again", Beep(0, "--resume"), StringComparison.Ordinal);
        Assert.Contains("critical", Beep(2, "--test", "loud"), StringComparison.Ordinal);
        Beep(2, "--test", "low", "--silence");
        Beep(2);
    }

    /// <summary>Damages the files below /sys continuously in ways that no kernel would: the server must go on serving the disk.</summary>
    [Fact]
    public void Server_SuppliesAreDamagedAllTheTime_ServesItsDisk()
    {
        using var server = OpenServer.Start(_scratch.RandomFile("disk.img", 8 << 20), settings: [.. Settings, "--Power:Beep", "true"]);
        using var end = new CancellationTokenSource();
        var damaging = new Thread(() => Damage(end.Token));
        damaging.Start();
        try
        {
            server.Shell("import time\nend = time.time() + 4\nwhile time.time() < end:\n for at in range(0, 8 << 20, 1 << 20):\n  h.pwrite(h.pread(1 << 20, at), at)\nh.flush()");
        }
        finally
        {
            end.Cancel();
            damaging.Join();
        }

        Set("0", "Discharging", "5");
        server.Process.WaitForLine("stiefel: warning: power: the laptop's battery is nearly empty", s_limit);
        Assert.False(server.Process.HasExited);
    }

    private void Damage(CancellationToken token)
    {
        var random = new Random(1);
        while (!token.IsCancellationRequested)
        {
            var power = _scratch["power"];
            File.Delete(power);
            Set(random.Next(2) == 0 ? "0" : "\0\u001b[1m", random.Next(2) == 0 ? "Discharging" : new string('x', 100_000), random.Next(2) == 0 ? "5" : "-5");
            File.CreateSymbolicLink(Path.Combine(power, "loop"), "loop");
            Directory.Delete(power, recursive: true);
            File.WriteAllText(power, "no directory");
        }

        File.Delete(_scratch["power"]);
    }

    private void Set(string online, string status, string capacity)
    {
        foreach ((var file, var text) in new[] { ("AC/type", "Mains"), ("AC/online", online), ("BAT0/type", "Battery"), ("BAT0/capacity", capacity), ("BAT0/status", status) })
        {
            var path = _scratch["power/" + file];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text + "\n");
        }
    }
}
