using System.Security.Cryptography;
using Stiefel.EndToEnd.Encrypted;
using Stiefel.EndToEnd.Native;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests boot partitions in LUKS, LVM, RAID and btrfs, which the server opens with its ramdisk's own tools, and closes again.</summary>
[Trait("Needs", "machines")]
public sealed class WrappedBootTests(MachineParts parts)
{
    private const string Open = "ls /dev/mapper /dev/md 2>/dev/null | grep -c '^stiefel-' || true";

    private static readonly TimeSpan s_fetching = TimeLimits.Seconds(120);

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Server_EveryWrapping_IsReadAndClosedWithoutChangingAByte()
    {
        var disks = await parts.EncryptedDisksAsync();
        await parts.PlayAsync("wrapped-boot", async run =>
        {
            (string Name, string Image)[] copies = [("laptop", Copy(run, "laptop", disks.LvmInLuks.Image)), .. disks.Wrapped.Select(disk => (disk.Key, Copy(run, disk.Key, disk.Value)))];
            string[] before = [.. copies.Select(copy => Scratch.Sha256(copy.Image))];
            await using (var laptop = await RamdiskLaptop.StartAsync(run, [.. copies.Select(copy => new VirtualDisk(copy.Image))], parts.NewKey("stick"), _token))
            {
                var shell = await RamdiskLaptop.ShellAsync(laptop, _token);
                for (var at = 1; at < copies.Length; at++)
                {
                    await FetchAsync(shell, copies[at].Name, $"/dev/vd{(char)('a' + at)}", needsPassphrase: copies[at].Name.Contains("luks", StringComparison.Ordinal));
                }

                await KillWhileOpenAsync(shell, $"/dev/vd{(char)('a' + Array.FindIndex(copies, copy => copy.Name == "luks-on-lvm"))}");
                await FetchFromServedDiskAsync(shell, disks.LvmInLuks);
            }

            string[] after = [.. copies.Select(copy => Scratch.Sha256(copy.Image))];
            Assert.Equal(copies.Zip(before, (copy, hash) => $"{copy.Name} {hash}"), copies.Zip(after, (copy, hash) => $"{copy.Name} {hash}"));
        });
    }

    private static string Copy(MachineRun run, string name, string image)
    {
        var copy = Path.Combine(run.WorkDirectory, name + ".img");
        Linux.Programs.ExternalProgram.Run("cp", ["--sparse=always", "--reflink=auto", image, copy]);
        return copy;
    }

    /// <summary>Fetches from the disk that the ramdisk's own server serves, a whole system in LVM in LUKS.</summary>
    private async Task FetchFromServedDiskAsync(ConsoleShell shell, EncryptedLaptop laptop)
    {
        var wrong = await shell.TryRunAsync(Client("127.0.0.1:4644", "/run/out", RamdiskLaptop.WrongPassphrase), _token, s_fetching);
        Assert.Contains("the passphrase does not open /dev/vda2", wrong.Text, StringComparison.Ordinal);
        var right = await shell.RunAsync(Client("127.0.0.1:4644", "/run/out", RamdiskLaptop.RightPassphrase), _token, s_fetching);
        Assert.Contains("Debian GNU/Linux", right, StringComparison.Ordinal);
        Assert.Contains($"root={laptop.RootDevice}", await shell.RunAsync("cat /run/out/cmdline; rm -r /run/out", _token), StringComparison.Ordinal);
        Assert.Equal("3", await shell.RunAsync(Open, _token)); // LUKS and its volumes boot and root
    }

    private async Task FetchAsync(ConsoleShell shell, string name, string device, bool needsPassphrase)
    {
        await StartServerAsync(shell, name, device);
        if (needsPassphrase)
        {
            var wrong = await shell.TryRunAsync(Client("127.0.0.1:4700", "/run/out", RamdiskLaptop.WrongPassphrase), _token, s_fetching);
            Assert.True(wrong.ExitCode == 2 && wrong.Text.Contains("the passphrase does not open", StringComparison.Ordinal), $"{name}: {wrong.Text}");
        }

        var fetched = await shell.TryRunAsync(
            Client("127.0.0.1:4700", "/run/out", needsPassphrase ? RamdiskLaptop.RightPassphrase : null), _token, s_fetching);
        var log = fetched.ExitCode == 0 ? "" : await shell.RunAsync("cat /run/server.log", _token);
        Assert.True(fetched.ExitCode == 0, $"{name}: {fetched.Text}\n{log}");
        if (name == "raid")
        {
            Assert.Contains("runs without 1 of its members", await shell.RunAsync("cat /run/server.log", _token), StringComparison.Ordinal);
        }

        var hashes = await shell.RunAsync("cd /run/out; sha256sum kernel initrd; cd /; rm -r /run/out", _token);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(WrappedBoot.Kernel)), hashes, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(WrappedBoot.Initrd)), hashes, StringComparison.Ordinal);
        if (needsPassphrase)
        {
            Assert.NotEqual("0", await shell.RunAsync(Open, _token)); // they stay open for five minutes
        }

        await shell.RunAsync("kill $(cat /run/server.pid); while kill -0 $(cat /run/server.pid) 2>/dev/null; do sleep 0.2; done", _token);
        Assert.Equal("0", await shell.RunAsync(Open, _token));
        Assert.Equal("0\n0", await shell.RunAsync($"blockdev --getro {device}1; grep -c {device} /proc/mounts || true", _token));
    }

    /// <summary>Kills the server while devices are open; the next server must close them first.</summary>
    private async Task KillWhileOpenAsync(ConsoleShell shell, string device)
    {
        await StartServerAsync(shell, "killed", device);
        await shell.RunAsync(Client("127.0.0.1:4700", "/run/out", RamdiskLaptop.RightPassphrase), _token, s_fetching);
        await shell.RunAsync("kill -9 $(cat /run/server.pid); sleep 1", _token);
        Assert.Equal("2", await shell.RunAsync(Open, _token));
        await StartServerAsync(shell, "killed", device);
        Assert.Contains("left open by an earlier server", await shell.RunAsync("cat /run/server.log", _token), StringComparison.Ordinal);
        // The next server opens LVM again to find the LUKS partition in it, and must close it when it ends.
        await shell.RunAsync("kill $(cat /run/server.pid); while kill -0 $(cat /run/server.pid) 2>/dev/null; do sleep 0.2; done", _token);
        Assert.Equal("0", await shell.RunAsync(Open, _token));
    }

    private async Task StartServerAsync(ConsoleShell shell, string name, string device) => await shell.RunAsync(
        $"""
        : >/run/server.log; stiefel-server --Disk:Path {device} --Keys:Directory /etc/stiefel/keys --State:Directory /run/state-{name} --Http:Listen 127.0.0.1:4700 \
        --Nbd:Listen 127.0.0.1:4701 --Admin:Listen none --Discovery:Enabled false --Link:Protection none >/run/server.log 2>&1 & echo $! >/run/server.pid
        n=0; until grep -q 'phase serving' /run/server.log || [ $n -gt 300 ]; do sleep 0.2; n=$((n + 1)); done; grep -q 'phase serving' /run/server.log
        """, _token, s_fetching);

    private static string Client(string server, string directory, string? passphrase)
    {
        var given = passphrase is null ? "" : $" --passphrase-fd 3 3<{passphrase}";
        return $"stiefel-client fetch --server {server} --out {directory}{given} 2>&1";
    }
}
