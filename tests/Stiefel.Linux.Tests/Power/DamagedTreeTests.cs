using System.Globalization;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Power;
using Xunit;

namespace Stiefel.Linux.Tests.Power;

/// <summary>
/// Trees that are damaged in every way that a file system permits: some thousands in each run, or as many as STIEFEL_FUZZ_N says. Each tree is the one
/// before with some more damage; now and then a battery is restored.
/// </summary>
public sealed class DamagedTreeTests : IDisposable
{
    private static readonly string[] s_attributes =
    [
        "type", "online", "present", "status", "capacity", "scope", "energy_now", "energy_full", "power_now", "charge_now", "charge_full", "current_now",
        "time_to_empty_now", "device", "device/typec", "device/typec/port0", "device/typec/port0/power_role",
    ];

    private static readonly string[] s_supplies = ["AC", "BAT0", "BAT1", "ucsi-source-psy-USBC000:001", "hidpp_battery_0", "\u00ff\u0001 [x] ${y}"];
    private static readonly string[] s_words =
    [
        "Battery", "Mains", "USB", "UPS", "Charging", "Discharging", "Unknown", "Full", "1", "0", "-1", "100", "5", "999999999999999999999", "9223372036854775807",
        "-9223372036854775808", "NaN", "0x1", " 5 ", "Device", "[source] sink", "\0\0\0", "\u001b[2J", "",
    ];

    // In memory, to spare the disk.
    private readonly string _home = Path.Combine("/dev/shm", $"stiefel-power-{Guid.NewGuid():N}");

    // Deep enough that no path with a `..` after each of its names leads out of it.
    private readonly string _root;
    private readonly int _seed = int.TryParse(Environment.GetEnvironmentVariable("STIEFEL_FUZZ_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : Environment.TickCount;

    public DamagedTreeTests()
    {
        _root = Path.Combine(_home, string.Join('/', Enumerable.Repeat("below", 12)));
        Directory.CreateDirectory(_root);
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void Judge_DamagedTrees_AlwaysSaysSomethingThatCanBe()
    {
        var random = new Random(_seed);
        var judge = new PowerJudge(15, 5);
        var now = TimeSpan.Zero;
        var seen = new HashSet<PowerState>();
        var rounds = Fuzz.Count(3000);
        for (var round = 0L; round < rounds; round++)
        {
            Damage(random);
            now += TimeSpan.FromSeconds(random.Next(60));
            var reading = judge.Judge(PowerSupplies.Read(_root), now);
            seen.Add(reading.State);
            Assert.True(reading.Percent is null or (>= 0 and <= 100), $"seed {_seed}, round {round}: {reading.Percent} %");
            Assert.True(reading.TimeLeft is null || (reading.TimeLeft >= TimeSpan.Zero && reading.TimeLeft < TimeSpan.FromDays(7)), $"seed {_seed}, round {round}: {reading.TimeLeft}");
            Assert.True(reading.Supplies.Count <= PowerSupplies.Most);
        }

        Assert.Equal([Path.Combine(_home, "below")], Directory.GetFileSystemEntries(_home));

        // If a state is missing, the trees were so damaged that nothing was read.
        Assert.Equal(Enum.GetValues<PowerState>().Order(), seen.Order());
    }

    private void Damage(Random random)
    {
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var supply = Path.Combine(_root, s_supplies[random.Next(s_supplies.Length)]);
            var attribute = Path.Combine(supply, s_attributes[random.Next(s_attributes.Length)]);
            switch (random.Next(100))
            {
                case < 30:
                    Restore(random);
                    break;
                case < 70:
                    Write(attribute, s_words[random.Next(s_words.Length)]);
                    break;
                case < 75:
                    Write(attribute, Convert.ToBase64String(RandomBytes(random)));
                    break;
                case < 80:
                    Remove(attribute);
                    break;
                case < 90:
                    MakeStrange(attribute, random);
                    break;
                case < 99:
                    MakeStrange(supply, random);
                    break;
                default:
                    MakeStrange(_root, random);
                    break;
            }
        }
    }

    private void Restore(Random random)
    {
        Remove(_root);
        Write(Path.Combine(_root, "AC/type"), "Mains");
        Write(Path.Combine(_root, "AC/online"), random.Next(2) == 0 ? "0" : "1");
        Write(Path.Combine(_root, "BAT0/type"), "Battery");
        Write(Path.Combine(_root, "BAT0/status"), random.Next(2) == 0 ? "Charging" : "Discharging");
        Write(Path.Combine(_root, "BAT0/capacity"), random.Next(2) == 0 ? $"{random.Next(20)}" : $"{random.Next(101)}");
    }

    private static void MakeStrange(string path, Random random)
    {
        Remove(path);
        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            return;
        }

        switch (random.Next(6))
        {
            case 0:
                Directory.CreateDirectory(path);
                break;
            case 1:
                // Reading a pipe without a writer would wait forever.
                Assert.Equal(0, SysStat.mknod(path, SysStat.S_IFIFO | 0x180, 0));
                break;
            case 2:
                File.CreateSymbolicLink(path, path);
                break;
            case 3:
                File.CreateSymbolicLink(path, "nowhere/at/all");
                break;
            case 4:
                File.CreateSymbolicLink(path, "..");
                break;
            case 5:
                using (var file = File.Create(path))
                {
                    file.SetLength(1L << 30); // a sparse file
                }

                break;
        }
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(5000)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static void Write(string path, string text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!IsPipe(path))
            {
                File.WriteAllText(path, text);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The tree is already too damaged for this.
        }
    }

    private static bool IsPipe(string path) => FileStamp.Of(path) is { } stamp && (stamp.Mode & SysStat.S_IFMT) == SysStat.S_IFIFO;

    private static void Remove(string path)
    {
        if (new FileInfo(path).LinkTarget is null && Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            try
            {
                File.Delete(path);
            }
            catch (IOException)
            {
                // A part of the path is not a directory.
            }
        }
    }
}
