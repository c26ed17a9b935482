module.exports = {
  apps: [{ name: "server", script: "server.mjs", exec_mode: "fork", instances: 2, instance_var: "INSTANCE" }],
};
