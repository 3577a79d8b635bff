using System.Globalization;
using System.Text;
using System.Text.Json;
using Stiefel.BootFiles.Tests.Catalog.Images;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog.LoaderSpec;

/// <summary>
/// Compares systemd's order of a menu with ours, on generated trees. The judge is `bootctl list` of Debian's systemd 252, which sorts as systemd-boot
/// does (src/shared/bootspec.c, boot_entry_compare). It differs from the loader in two ways: it removes counters from ids before it compares them, so
/// in trees with counters no name is the beginning of another; and it accepts only names of letters, digits, `.`, `-`
/// and `_`, whose case it does not fold.
/// </summary>
public sealed class LoaderDifferentialTests : IDisposable
{
    private const int Trees = 200;
    private const int Seed = 257;

    private static readonly string[] s_words = ["arch", "arch-lts", "linux", "6", "6.1", "6.10", "rc1", "~rc1", "-", ".", "^", "_", "0", "00", "9", "a", "B", "fc39", "x86_64", "a-1", "(b)"];
    private static readonly string[] s_systems = ["arch", "debian", "fedora", "Fedora"];

    private readonly BootFixture _boot = new();
    private readonly Random _random = new(Seed);

    public void Dispose() => _boot.Dispose();

    [Fact]
    public void Menu_GeneratedTrees_HasTheOrderOfSystemd()
    {
        for (var tree = 0; tree < Trees; tree++)
        {
            Generate($"t{tree}");
        }

        // bootctl insists on the top of a file system. Unmount other tests' disks in the new mount namespace, which would keep them in use.
        var script = $"""
            sed -n 's|^/dev/loop[^ ]* \([^ ]*\) .*|\1|p' /proc/mounts | xargs -r umount -l || true
            mkdir "{_boot.Path}/top"
            for tree in $(seq 0 {Trees - 1}); do
                mount -t tmpfs judge "{_boot.Path}/top" && cp -r "{_boot.Path}/t$tree/." "{_boot.Path}/top/"
                SYSTEMD_RELAX_ESP_CHECKS=1 bootctl list --esp-path="{_boot.Path}/top" --json=short >"{_boot.Path}/j$tree"
                umount "{_boot.Path}/top"
            done
            """;
        ExternalProgram.Run("unshare", ["--mount", "sh", "-ec", script], new ExternalProgramOptions { Timeout = TimeLimit.Seconds(300) });
        for (var tree = 0; tree < Trees; tree++)
        {
            string[] judged = [.. File.ReadLines(Path.Combine(_boot.Path, $"j{tree}")).Where(line => line.StartsWith('{')).Select(PathIn)];
            var ours = _boot.FindMenu($"t{tree}", $"t{tree}").Entries.Select(entry => Path.GetFileName(entry.Source));
            Assert.NotEmpty(judged);
            Assert.Equal((tree, string.Join(' ', judged)), (tree, string.Join(' ', ours)));
        }
    }

    private static string PathIn(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Path.GetFileName(document.RootElement.GetProperty("path").GetString()!);
    }

    private void Generate(string tree)
    {
        _boot.Kernel($"{tree}/k").Text($"{tree}/i", "i");
        var counted = _random.Next(3) == 0;
        var names = Enumerable.Range(0, _random.Next(2, 9)).Select(_ => counted ? $"e{(char)('a' + _random.Next(3))}{_random.Next(100)}" : string.Concat(Words().ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))).Where(name => name.Length > 0 && name[0] is not ('.' or '-')).DefaultIfEmpty("x").Distinct(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
        {
            var counter = counted && _random.Next(2) == 0 ? $"+{_random.Next(3)}{(_random.Next(2) == 0 ? "" : $"-{_random.Next(3)}")}" : "";
            if (_random.Next(4) == 0)
            {
                _boot.Write($"{tree}/EFI/Linux/{name}{counter}.efi", UnifiedImageBuilder.Build(
                    (".osrel", Encoding.UTF8.GetBytes($"ID={Pick(s_systems)}\nVERSION_ID={Words()}\n")), (".cmdline", Encoding.UTF8.GetBytes(name)),
                    (".linux", BootFixture.KernelBytes("6.1")), (".initrd", "i"u8.ToArray())));
                continue;
            }

            var text = new StringBuilder($"title {name}\nlinux /k\ninitrd /i\noptions {name}\n");
            Maybe(text, "sort-key", Pick(s_systems));
            Maybe(text, "version", Words());
            Maybe(text, "machine-id", _random.Next(2) == 0 ? new string('1', 32) : new string('2', 32));
            _boot.Text($"{tree}/loader/entries/{name}{counter}.conf", text.ToString());
        }
    }

    private void Maybe(StringBuilder text, string key, string value)
    {
        if (_random.Next(2) == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{key} {value}\n");
        }
    }

    private string Words()
    {
        var words = string.Concat(Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Pick(s_words)));
        return words[0] is '.' or '-' ? "n" + words : words;
    }

    private string Pick(string[] from) => from[_random.Next(from.Length)];
}
