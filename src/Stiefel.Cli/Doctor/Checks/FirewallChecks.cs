using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks whether a desktop's call reaches `stiefel autokexec`. The ramdisk has no firewall, and the desktop's firewall does not reach the link.</summary>
internal static class FirewallChecks
{
    private const string Port = "61570";

    // Known firewalls: name, unit, places of the rules, and the command that lets calls in.
    private static readonly (string Name, string Unit, string[] Rules, string Remedy)[] s_firewalls =
    [
        ("ufw", "ufw.service", ["etc/ufw"], "ufw allow 61570/udp"),
        ("firewalld", "firewalld.service", ["etc/firewalld/zones", "etc/firewalld/services"], "firewall-cmd --permanent --add-port=61570/udp && firewall-cmd --reload"),
        ("nftables", "nftables.service", ["etc", "etc/nftables", "etc/nftables.d"], "accept `udp dport 61570` in /etc/nftables.conf"),
        ("iptables", "netfilter-persistent.service", ["etc/iptables"], "iptables -A INPUT -p udp --dport 61570 -j ACCEPT (and ip6tables), then netfilter-persistent save"),
    ];

    public static IEnumerable<Finding> Of(Patient patient)
    {
        foreach (var (name, unit, rules, remedy) in s_firewalls.Where(firewall => patient.Laptop.IsEnabled(firewall.Unit) && IsOn(patient.Tree, firewall.Name)))
        {
            var letsIn = rules.Any(directory => patient.Tree.Names(directory).Where(IsOfRules).Any(file => patient.Tree.Text($"{directory}/{file}")?.Contains(Port, StringComparison.Ordinal) == true));
            yield return letsIn
                ? Finding.Fine("firewall", $"{name} has a rule for UDP {Port}")
                : Finding.Note("firewall", $"{name} is on, but none of its rules names UDP {Port}: a desktop's call may not get through while this system runs (the ramdisk has no firewall)", remedy);
        }
    }

    private static bool IsOfRules(string file) => file.EndsWith(".rules", StringComparison.Ordinal) || file.EndsWith(".xml", StringComparison.Ordinal)
        || file.EndsWith(".nft", StringComparison.Ordinal) || file is "nftables.conf" or "rules.v4" or "rules.v6";

    // ufw's unit is always enabled, but does nothing unless its own setting says so.
    private static bool IsOn(LaptopTree tree, string name) =>
        name != "ufw" || new ShellSettings(tree.Lines("etc/ufw/ufw.conf"))["ENABLED"].Equals("yes", StringComparison.OrdinalIgnoreCase);
}
